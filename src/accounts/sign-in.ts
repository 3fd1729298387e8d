import type { Context } from 'hono'
import type { AppEnv } from '../env.ts'
import { networkOf, siteOf } from '../http/network.ts'
import { afterwards } from '../http/request-log.ts'
import { inForce, MAX_SITE_FAILURES, PASSWORD_POLICY } from '../limits.ts'
import { blacklist } from './blacklist.ts'
import { verifyPassword } from './hashing.ts'
import { type EndedSession, type NewSession, newSession } from './sessions.ts'
import { signTokens } from './tokens.ts'

/** A session that begins with this request. */
export const beginSession = (c: Context<AppEnv>): NewSession =>
  newSession(c.req.header('User-Agent'), c.var.settings, new Date())

/** The first pair of a session. */
export const firstTokens = (c: Context<AppEnv>, userId: number, session: NewSession) =>
  signTokens({ ...session, userId, counter: 0 }, c.var.settings, session.createdAt)

/** `verifyPassword` with the limits that hold for this caller. @throws `rate_limited`, `unavailable` */
export function verifyFromHere(
  c: Context<AppEnv>,
  account: { email: string; passwordHash: string | undefined },
  password: string,
) {
  const networks = inForce(c, PASSWORD_POLICY) ? failureLimits(c.req.raw.headers) : []
  return verifyPassword(c.env.PASSWORD_HASHER, account, password, {
    cost: c.var.settings.BCRYPT_COST,
    networks,
  })
}

/** The limits of the /64 and of the /48: without the second, a customer could begin again from each /64. */
function failureLimits(headers: Headers) {
  const site = siteOf(headers)
  return [
    { name: networkOf(headers), maxFailures: PASSWORD_POLICY.quota },
    ...(site === undefined ? [] : [{ name: site, maxFailures: MAX_SITE_FAILURES }]),
  ]
}

/** Tells KV of sessions that D1 has ended. The answer does not wait for it. */
export function announceEnd(c: Context<AppEnv>, sessions: EndedSession[]): void {
  afterwards(c, blacklist(c.env.TOKEN_BLACKLIST, sessions, new Date()))
}
