import type { Context } from 'hono'

/** So many requests of one party in so many seconds, under a name that clients are told. */
export interface Policy {
  name: string
  quota: number
  seconds: number
}

/** Tells of a policy under which this request counts (draft-ietf-httpapi-ratelimit-headers-11, section 3). */
export function announce(c: Context, { name, quota, seconds }: Policy): void {
  c.header('RateLimit-Policy', `"${name}";q=${quota};w=${seconds}`, { append: true })
}

/** When the window of a policy began, in milliseconds since 1970: what came later counts. Nothing does without a policy. */
export const windowStart = (policy: Policy | undefined, now: Date): number =>
  now.getTime() - (policy?.seconds ?? 0) * 1000
