import type { Context, Env, MiddlewareHandler } from 'hono'
import { rateLimited, unavailable } from './errors.ts'
import { networkOf } from './network.ts'

/** The period of every rate-limit binding of wrangler.toml, in seconds. */
const PERIOD_SECONDS = 60

/**
 * Limits how often one network calls, where `isOn` says so. A limiter that does not answer lets nobody through.
 * @throws `rate_limited`, `unavailable`
 */
export function limitNetwork<E extends Env>(
  isOn: (c: Context<E>) => boolean,
  limiter: (c: Context<E>) => RateLimit,
): MiddlewareHandler<E> {
  return async (c, next) => {
    if (isOn(c) && !(await isWithin(limiter(c), networkOf(c.req.raw.headers))))
      throw rateLimited(PERIOD_SECONDS)
    await next()
  }
}

async function isWithin(limiter: RateLimit, key: string): Promise<boolean> {
  try {
    return (await limiter.limit({ key })).success
  } catch (error) {
    throw unavailable(error)
  }
}
