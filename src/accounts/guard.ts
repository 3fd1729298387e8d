import type { Context, MiddlewareHandler } from 'hono'
import { every, some } from 'hono/combine'
import { jwt } from 'hono/jwt'
import { openDatabase } from '../db/client.ts'
import { anchorOf } from '../db/replicas.ts'
import { type AppEnv, secretsOf } from '../env.ts'
import { answeringRoute } from '../http/answering-route.ts'
import { unauthenticated } from '../http/errors.ts'
import { hmacKey } from '../http/hmac.ts'
import { addLogFields } from '../http/request-log.ts'
import { countCall, isRead } from '../limits.ts'
import { sessionIsAlive } from './sessions.queries.ts'
import type { Caller } from './sessions.ts'
import { accessClaims, JWT_ALGORITHM, SIGNATURE } from './tokens.ts'

/**
 * Closed by default: lets nobody past without a valid access token but to the routes named in `publicRoutes`,
 * each as `GET /path/of/:the/route`. A public read takes a token that is sent for what it is, valid or not.
 * Every call counts before D1 is asked anything: as one of who sent a valid token, or else of the network. Public writes
 * count under limits of their own only: whatever else a network sends could use up its refreshes and logouts.
 */
export function guard(publicRoutes: ReadonlySet<string>): MiddlewareHandler<AppEnv> {
  const isOpen = (c: Context<AppEnv>) =>
    isNamed(c, publicRoutes) && (!isRead(c) || c.req.header('Authorization') === undefined)
  const admitCaller = every(verifyToken, actAsCaller)
  return async (c, next) => {
    if (!isOpen(c)) return admitCaller(c, next)
    if (isRead(c)) await countCall(c)
    await next()
  }
}

export type { Caller }

/** The caller of a protected route. @throws `unauthenticated` where the guard let an anonymous request in */
export function signedIn(c: Context<AppEnv>): Caller {
  const caller = c.get('caller')
  if (!caller) throw unauthenticated()
  return caller
}

function isNamed(c: Context, routes: ReadonlySet<string>): boolean {
  const route = answeringRoute(c)
  return route !== undefined && routes.has(`${route.method} ${route.path}`)
}

const verifyToken: MiddlewareHandler<AppEnv> = async (c, next) => {
  const keys = await Promise.all(secretsOf(c.get('settings')).map(hmacKey))
  // accessClaims checks the claims, with leeway for `iat`.
  const verifiers = keys.map((secret) => jwt({ secret, alg: JWT_ALGORITHM, verification: { iat: false } }))
  return some(...verifiers, turnAway)(c, next)
}

const turnAway = async (c: Context<AppEnv>): Promise<never> => {
  await countCall(c)
  throw unauthenticated()
}

/** Headers of an answer that hold for whatever the request is answered. */
const OF_THE_REQUEST: ReadonlySet<string> = new Set(['x-request-id', 'ratelimit-policy'])

/**
 * Puts the session check in front of everything that the request sends to D1. A request that sends nothing (a body
 * refused, a path unknown) asks afterwards: an ended session is told so by its very next request, whatever it is. One
 * that calls too often is told that, and costs D1 nothing.
 */
const actAsCaller: MiddlewareHandler<AppEnv> = async (c, next) => {
  const { data: claims } = accessClaims.safeParse(c.get('jwtPayload'))
  if (!claims || !SIGNATURE.test(c.req.header('Authorization') ?? '')) return turnAway(c)
  const caller = { userId: claims.sub, sessionId: claims.sid }
  c.set('caller', caller)
  addLogFields(c, caller)
  await countCall(c)
  c.set(
    'db',
    openDatabase(c.env.DB, {
      guard: {
        statement: sessionIsAlive({ ...caller, now: Date.now() }),
        refusal: unauthenticated,
      },
      anchor: anchorOf(c.req.raw, c.get('settings').READ_REPLICATION, { isSignedIn: true }),
    }),
  )
  await next()
  if (c.get('db').isAsked() || c.res.status === 429) return
  await c
    .get('db')
    .atPrimary()
    .ping()
    .catch((error) => {
      // Hono hands an answer's headers on to the one in its place: an avatar's would let everybody keep a refusal.
      const headers = [...c.res.headers].filter(([name]) => OF_THE_REQUEST.has(name))
      c.res = undefined
      c.res = new Response(null, { headers })
      throw error
    })
}
