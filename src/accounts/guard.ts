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
 * Closed by default: without a valid access token only the routes in `publicRoutes` are open, each named as
 * `GET /path/of/:the/route`. A token that is sent to a public read must be valid; one that is sent to a public write is not
 * looked at. Every call is counted before D1 is asked: as the user's, or without a valid token as the network's. Public writes
 * are counted by limits of their own alone, or a network could use up its refreshes and logouts by other calls.
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

/** Headers that an answer keeps if it becomes a refusal. */
const OF_THE_REQUEST: ReadonlySet<string> = new Set(['x-request-id', 'ratelimit-policy'])

/**
 * Puts the check that the session is alive in front of everything that the request sends to D1. If it sends nothing (its body
 * was refused, its path is unknown), the check is sent alone after the answer is made: whatever the next request of an
 * ended session is, it is a 401. Only a 429 stays a 429, so that calling too often costs D1 nothing.
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
      // Hono copies the headers of an answer to the one that replaces it: an avatar's would let caches keep the refusal.
      const headers = [...c.res.headers].filter(([name]) => OF_THE_REQUEST.has(name))
      c.res = undefined
      c.res = new Response(null, { headers })
      throw error
    })
}
