import type { Context } from 'hono'
import type { AppEnv } from '../env.ts'
import type { Problem } from '../http/errors.ts'
import { networkOf, siteOf } from '../http/network.ts'
import { afterwards } from '../http/request-log.ts'
import { inForce, MAX_SITE_FAILURES, PASSWORD_POLICY } from '../limits.ts'
import { audit } from './audit.ts'
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

/** What a password is compared with. There is no hash if the account is unknown or disabled: then no password fits. */
interface Login<Account> {
  email: string
  passwordHash: string | undefined
  account: Account | undefined
  /** What is answered to a wrong password. */
  refusal: () => Problem
}

/**
 * Does `act` if the password is that of the account that `find` finds. `act` is given a new hash of the same password if
 * the stored one was made at a lower cost. If the account has changed since it was found, `act` must do nothing and return
 * undefined; then the account is found and compared once more.
 * @throws `invalid_credentials`, `rate_limited`, `unavailable`
 */
export async function withPassword<Account extends { id: number }, Done>(
  c: Context<AppEnv>,
  password: string,
  find: () => Promise<Login<Account>>,
  act: (account: Account, renewedHash: string | undefined) => Promise<Done | undefined>,
): Promise<Done> {
  const networks = inForce(c, PASSWORD_POLICY) ? failureLimits(c.req.raw.headers) : []
  const limits = { cost: c.var.settings.BCRYPT_COST, networks }
  let login = await find()
  for (let isLastTry = false; ; isLastTry = true) {
    const { isMatch, renewedHash } = await verifyPassword(c.env.PASSWORD_HASHER, login, password, limits)
    const done = login.account && isMatch ? await act(login.account, renewedHash) : undefined
    if (done !== undefined) return done
    if (!isMatch || isLastTry) break
    login = await find()
  }
  audit(c, 'sign_in_failed', { userId: login.account?.id })
  throw login.refusal()
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
