import { env } from 'cloudflare:workers'
import type { LimiterName } from '../../src/env.ts'
import { LIMITERS } from '../../src/limits.ts'

/** Counts so many calls of one party at once, past the API: a user as `user:1`, a network by its address. */
export async function spend(limiter: LimiterName, party: string, calls: number): Promise<void> {
  await untilMinuteLasts(10)
  for (let counted = 0; counted < calls; counted += 50) {
    const some = Array.from({ length: Math.min(50, calls - counted) }, () =>
      env[limiter].limit({ key: party }),
    )
    await Promise.all(some)
  }
}

/** Waits for the next minute, with which all counts begin anew, if this one is nearly over. */
export async function untilMinuteLasts(seconds: number): Promise<void> {
  const left = 60_000 - (Date.now() % 60_000)
  if (left < seconds * 1000) await new Promise((resolve) => setTimeout(resolve, left + 100))
}

/** Limiters that refuse nobody. */
export const UNLIMITED = Object.fromEntries(
  Object.keys(LIMITERS).map((name): [string, RateLimit] => [
    name,
    { limit: async () => ({ success: true }) },
  ]),
)

/** A limiter above its limit. */
export const refusing: RateLimit = { limit: async () => ({ success: false }) }

/** A limiter that does not answer. */
export const broken: RateLimit = { limit: () => Promise.reject(new Error('The limiter is down')) }

/** One that leaves whoever asks waiting. */
export const hanging: RateLimit = { limit: () => new Promise(() => {}) }

/** The limits that routes have of their own. */
export const OWN_LIMITS: [LimiterName, string][] = [
  ['REGISTER_LIMIT', 'POST /api/accounts/register'],
  ['SITE_LIMIT', 'POST /api/accounts/register'],
  ...['POST /api/accounts/login', 'POST /api/accounts/me/password', 'DELETE /api/accounts/me'].flatMap(
    (route): [LimiterName, string][] => [
      ['LOGIN_LIMIT', route],
      ['SITE_LIMIT', route],
    ],
  ),
  ['REFRESH_LIMIT', 'POST /api/accounts/refresh'],
  ['REFRESH_LIMIT', 'POST /api/accounts/logout'],
  ['AVATAR_LIMIT', 'PUT /api/accounts/me/avatar'],
  ['ASK_LIMIT', 'POST /api/projects/:id/requests'],
]
