import { Hono } from 'hono'
import { signedIn } from '../accounts/guard.ts'
import type { AppEnv } from '../env.ts'
import { notFound } from '../http/errors.ts'
import { operation } from '../http/openapi.ts'
import { validate } from '../http/validate.ts'
import { INBOX_POLICY, inForce, LIMITERS, limited } from '../limits.ts'
import { requestAnswer } from './answers.ts'
import {
  notDecider,
  notOwner,
  notRequester,
  ownProject,
  projectClosed,
  projectFull,
  requestDecided,
  requestExists,
} from './errors.ts'
import {
  createRequest,
  decideRequest,
  deleteRequest,
  MAX_COLLABORATORS,
  removeCollaborator,
} from './requests.queries.ts'
import { collaboratorParam, projectParam, requestBody, requestDecision, requestParam } from './schemas.ts'
import { requestView } from './views.ts'

/** A request to join a project: sending, deciding, withdrawing it, and removing who was let in. */
export const requestsRoutes = new Hono<AppEnv>()
  .patch(
    '/requests/:id',
    operation({
      operationId: 'decideRequest',
      summary: 'Accept or reject a request',
      description: `Deciding it the same way again is a success. A project has at most ${MAX_COLLABORATORS} collaborators; when one leaves, there is room again.`,
      tag: 'Requests',
      answer: { status: 200, description: 'The request, decided.', schema: requestAnswer },
      problems: [notDecider(), notFound('request'), requestDecided(), projectFull()],
    }),
    validate('param', requestParam),
    validate('json', requestDecision),
    async (c) => {
      const request = await decideRequest(
        c.var.db,
        signedIn(c),
        c.req.valid('param').id,
        c.req.valid('json').status,
      )
      return c.json(requestView(request, c.var.origin))
    },
  )

  .delete(
    '/requests/:id',
    operation({
      operationId: 'deleteRequest',
      summary: 'Withdraw my request, or leave the project',
      tag: 'Requests',
      answer: { status: 204, description: 'The request is gone. I may ask again.' },
      problems: [notRequester(), notFound('request'), requestDecided()],
    }),
    validate('param', requestParam),
    async (c) => {
      await deleteRequest(c.var.db, signedIn(c), c.req.valid('param').id)
      return c.body(null, 204)
    },
  )

  .post(
    '/:id/requests',
    operation({
      operationId: 'createRequest',
      summary: 'Ask to join a project',
      description: `One sender may ask ${LIMITERS.ASK_LIMIT.quota} times a minute, and one owner be asked ${INBOX_POLICY.quota} times an hour, by whomever. Both are a 429.`,
      tag: 'Requests',
      answer: { status: 201, description: 'The request, pending.', schema: requestAnswer },
      problems: [notFound('project'), ownProject(), requestExists(), projectClosed()],
    }),
    limited('ASK_LIMIT'),
    validate('param', projectParam),
    validate('json', requestBody),
    async (c) => {
      const request = await createRequest(
        c.var.db,
        signedIn(c),
        c.req.valid('param').id,
        c.req.valid('json'),
        inForce(c, INBOX_POLICY),
      )
      return c.json(requestView(request, c.var.origin), 201)
    },
  )

  .delete(
    '/:id/collaborators/:username',
    operation({
      operationId: 'removeCollaborator',
      summary: 'Remove a collaborator from my project',
      description: 'The request that made one becomes rejected.',
      tag: 'Requests',
      answer: { status: 204, description: 'The collaborator is out.' },
      problems: [notOwner(), notFound('collaborator')],
    }),
    validate('param', collaboratorParam),
    async (c) => {
      const { id, username } = c.req.valid('param')
      await removeCollaborator(c.var.db, signedIn(c), id, username)
      return c.body(null, 204)
    },
  )
