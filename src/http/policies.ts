import type { Context } from 'hono'

/** At most `quota` requests of one party in `seconds`. Clients are told the name. */
export interface Policy {
  name: string
  quota: number
  seconds: number
}

/** Tells the client of a policy under which its request counts (draft-ietf-httpapi-ratelimit-headers-11, section 3). */
export function announce(c: Context, { name, quota, seconds }: Policy): void {
  c.header('RateLimit-Policy', `"${name}";q=${quota};w=${seconds}`, { append: true })
}

/** When the window of a policy began, in milliseconds since 1970. What is later counts; without a policy, nothing is. */
export const windowStart = (policy: Policy | undefined, now: Date): number =>
  now.getTime() - (policy?.seconds ?? 0) * 1000
