import { Hono } from 'hono'
import { signedIn } from '../accounts/guard.ts'
import type { AppEnv } from '../env.ts'
import { idempotencyKeyReused, invalidIdempotencyKey, notFound } from '../http/errors.ts'
import { idempotencyKey } from '../http/idempotency.ts'
import { operation } from '../http/openapi.ts'
import { REVALIDATED, revalidated } from '../http/revalidated.ts'
import { validate } from '../http/validate.ts'
import { inForce, POST_POLICY } from '../limits.ts'
import { projectAnswer } from './answers.ts'
import { notOwner } from './errors.ts'
import { createProject, deleteProject, findProject, updateProject } from './projects.queries.ts'
import { projectBody, projectParam, projectPatch } from './schemas.ts'
import { projectView } from './views.ts'

/** A project: posting, reading, changing, deleting it. */
export const projectsRoutes = new Hono<AppEnv>()
  .post(
    '/',
    operation({
      operationId: 'createProject',
      summary: 'Post a project',
      description: `One owner may post ${POST_POLICY.quota} projects an hour. One more is a 429.`,
      tag: 'Projects',
      answer: {
        status: 201,
        description: 'The project.',
        schema: projectAnswer,
        headers: { Location: 'Where it is.' },
      },
      problems: [invalidIdempotencyKey(), idempotencyKeyReused()],
    }),
    idempotencyKey,
    validate('json', projectBody),
    async (c) => {
      const caller = signedIn(c)
      const { 'Idempotency-Key': key } = c.req.valid('header')
      const posts = inForce(c, POST_POLICY)
      const project = await createProject(c.var.db, caller, c.req.valid('json'), posts, key)
      return c.json(projectView(project, caller.userId, c.var.origin), 201, {
        Location: `/api/projects/${project.card.id}`,
      })
    },
  )

  .get(
    '/:id',
    operation({
      operationId: 'getProject',
      summary: 'Read a project',
      tag: 'Projects',
      answer: {
        status: 200,
        description: 'The project, its collaborators, and what it is to the viewer.',
        schema: projectAnswer,
        headers: REVALIDATED,
      },
      problems: [notFound('project')],
    }),
    validate('param', projectParam),
    async (c) => {
      const { db, caller, origin } = c.var
      const project = await findProject(db, c.req.valid('param').id, caller)
      return revalidated(c, projectView(project, caller?.userId, origin))
    },
  )

  .patch(
    '/:id',
    operation({
      operationId: 'updateProject',
      summary: 'Change my project',
      description: 'Changes what the body names.',
      tag: 'Projects',
      answer: { status: 200, description: 'The project as it is now.', schema: projectAnswer },
      problems: [notOwner(), notFound('project')],
    }),
    validate('param', projectParam),
    validate('json', projectPatch),
    async (c) => {
      const caller = signedIn(c)
      const project = await updateProject(c.var.db, caller, c.req.valid('param').id, c.req.valid('json'))
      return c.json(projectView(project, caller.userId, c.var.origin))
    },
  )

  .delete(
    '/:id',
    operation({
      operationId: 'deleteProject',
      summary: 'Delete my project and its requests',
      tag: 'Projects',
      answer: { status: 204, description: 'The project is gone.' },
      problems: [notOwner(), notFound('project')],
    }),
    validate('param', projectParam),
    async (c) => {
      await deleteProject(c.var.db, signedIn(c), c.req.valid('param').id)
      return c.body(null, 204)
    },
  )
