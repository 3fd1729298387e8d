import type { Context, MiddlewareHandler } from 'hono'
import type { AppEnv, LimiterName } from './env.ts'
import { answeringRoute } from './http/answering-route.ts'
import { rateLimited } from './http/errors.ts'
import { networkOf, siteOf } from './http/network.ts'
import { announce, type Policy } from './http/policies.ts'
import { isWithin } from './http/rate-limit.ts'

interface Limiter extends Policy {
  /** The name under which this call counts, shared by all calls that count together; undefined if it does not count. */
  of: (c: Context<AppEnv>) => string | undefined
  /**
   * Whether calls are let through while the limiter does not answer. True for limits against load, since the API works
   * without them, and for the limit of refreshes and logouts, since nobody can guess their tokens. False for limits on
   * guessing and on what costs money.
   */
  failsOpen: boolean
}

const ofNetwork = (c: Context<AppEnv>) => networkOf(c.req.raw.headers)

const ofSite = (c: Context<AppEnv>) => siteOf(c.req.raw.headers)

/** The user, or the network of an anonymous request. */
const ofCaller = (c: Context<AppEnv>) => {
  const caller = c.get('caller')
  if (caller) return `user:${caller.userId}`
  // Apart, so that a monitor is not refused because of what else its network reads. But counted: each of them asks D1.
  return answeringRoute(c)?.path === '/api/health' ? `health:${ofNetwork(c)}` : ofNetwork(c)
}

/** The rate-limit bindings. They tell only yes or no, so what wrangler.toml says of them is here again for clients. */
export const LIMITERS: Record<LimiterName, Limiter> = {
  READ_LIMIT: { name: 'read', quota: 600, seconds: 60, of: ofCaller, failsOpen: true },
  WRITE_LIMIT: { name: 'write', quota: 120, seconds: 60, of: ofCaller, failsOpen: true },
  /** Requests to join. */
  ASK_LIMIT: { name: 'ask', quota: 20, seconds: 60, of: ofCaller, failsOpen: true },
  /** Uploads, which use up a monthly quota of Images. */
  AVATAR_LIMIT: { name: 'avatar', quota: 10, seconds: 60, of: ofCaller, failsOpen: false },
  /** Whatever takes a password. */
  LOGIN_LIMIT: { name: 'login', quota: 30, seconds: 60, of: ofNetwork, failsOpen: false },
  REGISTER_LIMIT: { name: 'register', quota: 10, seconds: 60, of: ofNetwork, failsOpen: false },
  /** Both of these, for one IPv6 /48: a customer may have all of it, and begin anew from each of its 65,536 /64s. */
  SITE_LIMIT: { name: 'site', quota: 150, seconds: 60, of: ofSite, failsOpen: false },
  /** Refreshes and logouts. */
  REFRESH_LIMIT: { name: 'refresh', quota: 120, seconds: 60, of: ofNetwork, failsOpen: true },
}

/** Wrong passwords of one network for one account. Its Durable Object counts them. */
export const PASSWORD_POLICY: Policy = { name: 'password', quota: 10, seconds: 15 * 60 }

/** Wrong passwords of one IPv6 /48 for one account, in the time of `PASSWORD_POLICY`. */
export const MAX_SITE_FAILURES = 50

/** Projects that one owner posts and keeps. D1 counts them. */
export const POST_POLICY: Policy = { name: 'post', quota: 200, seconds: 3600 }

/** Requests to join that one owner receives, from however many people. D1 counts them. */
export const INBOX_POLICY: Policy = { name: 'inbox', quota: 100, seconds: 3600 }

const areOff = (c: Context<AppEnv>) => c.get('settings').RATE_LIMIT === 'off'

/** Tells the client of a policy under which its call counts. @returns the policy; undefined if `RATE_LIMIT` is off */
export function inForce(c: Context<AppEnv>, policy: Policy): Policy | undefined {
  if (areOff(c)) return undefined
  announce(c, policy)
  return policy
}

export const isRead = (c: Context) => c.req.method === 'GET' || c.req.method === 'HEAD'

/** Counts a call under the caller's limit of reads or of writes. @throws `rate_limited` */
export const countCall = (c: Context<AppEnv>) => count(c, isRead(c) ? 'READ_LIMIT' : 'WRITE_LIMIT')

/**
 * Counts the calls of a route by the limiters named, one after the other.
 * @throws `rate_limited`; `unavailable` if a limiter that fails closed does not answer
 */
export const limited =
  (...names: LimiterName[]): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    for (const name of names) await count(c, name)
    await next()
  }

async function count(c: Context<AppEnv>, name: LimiterName): Promise<void> {
  if (areOff(c)) return
  const limiter = LIMITERS[name]
  const key = limiter.of(c)
  if (key === undefined) return
  announce(c, limiter)
  if (!(await isWithin(c.env[name], key, limiter, c.get('logFields')))) throw rateLimited(limiter)
}
