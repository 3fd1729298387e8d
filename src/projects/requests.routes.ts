import { type Context, Hono } from 'hono'
import { signedIn } from '../accounts/guard.ts'
import { type AppEnv, secretsOf } from '../env.ts'
import { byId, Pages } from '../http/pagination.ts'
import { revalidated } from '../http/revalidated.ts'
import { validate } from '../http/validate.ts'
import {
  createRequest,
  decideRequest,
  deleteRequest,
  listProjectRequests,
  listRequests,
  removeCollaborator,
} from './requests.queries.ts'
import {
  collaboratorParam,
  idParam,
  type RequestsQuery,
  requestBody,
  requestDecision,
  requestsQuery,
} from './schemas.ts'
import { requestView } from './views.ts'

export const requestsRoutes = new Hono<AppEnv>()
  .get('/requests/received', revalidated, validate('query', requestsQuery), async (c) => {
    return c.json(await listOf(c, 'received', c.req.valid('query')))
  })

  .get('/requests/sent', revalidated, validate('query', requestsQuery), async (c) => {
    return c.json(await listOf(c, 'sent', c.req.valid('query')))
  })

  .patch('/requests/:id', validate('param', idParam), validate('json', requestDecision), async (c) => {
    const request = await decideRequest(
      c.var.db,
      signedIn(c),
      c.req.valid('param').id,
      c.req.valid('json').status,
    )
    return c.json(requestView(request, c.var.origin))
  })

  .delete('/requests/:id', validate('param', idParam), async (c) => {
    await deleteRequest(c.var.db, signedIn(c), c.req.valid('param').id)
    return c.body(null, 204)
  })

  .get(
    '/:id/requests',
    revalidated,
    validate('param', idParam),
    validate('query', requestsQuery),
    async (c) => {
      const { id } = c.req.valid('param')
      const query = c.req.valid('query')
      const pages = new Pages(['requests', id, query.status], secretsOf(c.var.settings))
      const page = await pages.read(query)
      const requests = await listProjectRequests(c.var.db, signedIn(c), id, query.status, page)
      return c.json(
        await pages.envelope(page, requests, byId, (request) => requestView(request, c.var.origin)),
      )
    },
  )

  .post('/:id/requests', validate('param', idParam), validate('json', requestBody), async (c) => {
    const request = await createRequest(c.var.db, signedIn(c), c.req.valid('param').id, c.req.valid('json'))
    return c.json(requestView(request, c.var.origin), 201)
  })

  .delete('/:id/collaborators/:username', validate('param', collaboratorParam), async (c) => {
    const { id, username } = c.req.valid('param')
    await removeCollaborator(c.var.db, signedIn(c), id, username)
    return c.body(null, 204)
  })

async function listOf(c: Context<AppEnv>, list: 'received' | 'sent', query: RequestsQuery) {
  const caller = signedIn(c)
  const pages = new Pages([list, caller.userId, query.status], secretsOf(c.var.settings))
  const page = await pages.read(query)
  return pages.envelope(
    page,
    await listRequests(c.var.db, list, caller, query.status, page),
    byId,
    (request) => requestView(request, c.var.origin),
  )
}
