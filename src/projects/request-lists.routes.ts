import { type Context, Hono } from 'hono'
import { signedIn } from '../accounts/guard.ts'
import { type AppEnv, secretsOf } from '../env.ts'
import { notFound } from '../http/errors.ts'
import { operation } from '../http/openapi.ts'
import { answerPage, byId, pageAnswer } from '../http/pagination.ts'
import { validate } from '../http/validate.ts'
import { requestAnswer } from './answers.ts'
import { notOwner } from './errors.ts'
import { listProjectRequests, listRequests } from './request-lists.queries.ts'
import { projectParam, type RequestsQuery, requestsQuery } from './schemas.ts'
import { requestView } from './views.ts'

const PAGE = pageAnswer('A page of requests, newest first.', requestAnswer)

/** Requests that are shown together: received, sent, and those to one project. */
export const requestListsRoutes = new Hono<AppEnv>()
  .get(
    '/requests/received',
    operation({
      operationId: 'listReceivedRequests',
      summary: 'List requests to my projects',
      tag: 'Requests',
      answer: PAGE,
    }),
    validate('query', requestsQuery),
    async (c) => answerOwn(c, 'received', c.req.valid('query')),
  )

  .get(
    '/requests/sent',
    operation({
      operationId: 'listSentRequests',
      summary: 'List requests that I sent',
      tag: 'Requests',
      answer: PAGE,
    }),
    validate('query', requestsQuery),
    async (c) => answerOwn(c, 'sent', c.req.valid('query')),
  )

  .get(
    '/:id/requests',
    operation({
      operationId: 'listProjectRequests',
      summary: 'List the requests to my project',
      tag: 'Requests',
      answer: PAGE,
      problems: [notOwner(), notFound('project')],
    }),
    validate('param', projectParam),
    validate('query', requestsQuery),
    async (c) => {
      const { db, settings, origin } = c.var
      const caller = signedIn(c)
      const { id } = c.req.valid('param')
      const query = c.req.valid('query')
      return answerPage(c, {
        scope: ['requests', id, query.status],
        secrets: secretsOf(settings),
        query,
        // Whether the caller is the owner is not for a copy to say.
        rows: (page) => listProjectRequests(db.atPrimary(), caller, id, query.status, page),
        placeOf: byId,
        view: (request) => requestView(request, origin),
      })
    },
  )

/** A page of the requests that the caller received or sent. */
function answerOwn(c: Context<AppEnv>, list: 'received' | 'sent', query: RequestsQuery) {
  const { db, settings, origin } = c.var
  const caller = signedIn(c)
  return answerPage(c, {
    scope: [list, caller.userId, query.status],
    secrets: secretsOf(settings),
    query,
    rows: (page) => listRequests(db, list, caller, query.status, page),
    placeOf: byId,
    view: (request) => requestView(request, origin),
  })
}
