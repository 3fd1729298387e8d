/**
 * The endpoints of bench/visitors.ts as one would write them for speed: no Hono, no zod, no Drizzle, keys imported once.
 * The SQL is the API's own, and so are the answers, to the last header, and bcrypt runs in the same Durable Object. It
 * stands on valid requests: what is wrong with the others it does not say.
 */
import type { Bindings } from '../src/env.ts'
import { logIn, logOut, profile, refresh } from './by-hand/accounts.ts'
import { ENDED, NOT_FOUND, Problem, refused } from './by-hand/answers.ts'
import { dashboard, list, mine } from './by-hand/lists.ts'
import { logRequest } from './by-hand/logs.ts'
import { facets, patch, post, project } from './by-hand/projects.ts'
import { ask, decide, received, sent, withdraw } from './by-hand/requests.ts'
import { readToken } from './by-hand/tokens.ts'
import type { SignedIn, Visit } from './by-hand/visits.ts'

export { PasswordHasher } from '../src/accounts/password-hasher.ts'

export default {
  async fetch(request, env, context) {
    const startedAt = Date.now()
    const url = new URL(request.url)
    const visit: Visit = {
      request,
      url,
      query: url.searchParams,
      db: env.DB,
      env,
      context,
      secret: env.JWT_SECRET as string,
      requestId: crypto.randomUUID(),
      operations: {},
    }
    const response = await answer(visit).catch((error) => {
      if (error instanceof Problem) return refused(error, visit)
      throw error
    })
    logRequest(visit, response.status, Date.now() - startedAt)
    return response
  },
} satisfies ExportedHandler<Bindings>

async function answer(visit: Visit): Promise<Response> {
  const authorization = visit.request.headers.get('Authorization')
  if (authorization === null) return answerAnybody(visit)
  const claims = await readToken(authorization.slice('Bearer '.length), 'access', visit.secret)
  if (!claims) throw ENDED
  const caller = { userId: Number(claims.sub), sessionId: claims.sid }
  return answerCaller(Object.assign(visit, { caller }))
}

function answerAnybody(visit: Visit): Promise<Response> {
  const { pathname } = visit.url
  if (visit.request.method === 'GET') {
    if (pathname === '/api/projects') return list(visit)
    if (pathname === '/api/projects/facets') return facets(visit)
    const [, id] = /^\/api\/projects\/(\d+)$/.exec(pathname) ?? []
    if (id !== undefined) return project(visit, Number(id))
    const [, username] = /^\/api\/accounts\/users\/([^/]+)$/.exec(pathname) ?? []
    if (username !== undefined) return profile(visit, username)
  }
  if (pathname === '/api/accounts/login') return logIn(visit)
  if (pathname === '/api/accounts/refresh') return refresh(visit)
  if (pathname === '/api/accounts/logout') return logOut(visit)
  throw NOT_FOUND
}

function answerCaller(visit: SignedIn): Promise<Response> {
  const { pathname } = visit.url
  const { method } = visit.request
  if (method === 'GET') {
    if (pathname === '/api/projects/mine') return mine(visit)
    if (pathname === '/api/projects/dashboard') return dashboard(visit)
    if (pathname === '/api/projects/requests/received') return received(visit)
    if (pathname === '/api/projects/requests/sent') return sent(visit)
  }
  if (method === 'POST' && pathname === '/api/projects') return post(visit)
  const [, requestId] = /^\/api\/projects\/requests\/(\d+)$/.exec(pathname) ?? []
  if (requestId !== undefined) {
    return method === 'PATCH' ? decide(visit, Number(requestId)) : withdraw(visit, Number(requestId))
  }
  const [, id, toRequests] = /^\/api\/projects\/(\d+)(\/requests)?$/.exec(pathname) ?? []
  if (id === undefined) throw NOT_FOUND
  if (toRequests !== undefined) return ask(visit, Number(id))
  return method === 'PATCH' ? patch(visit, Number(id)) : project(visit, Number(id))
}
