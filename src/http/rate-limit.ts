import { unavailable } from './errors.ts'
import { causeOf, log } from './log.ts'

/** A limiter answers within milliseconds. */
const MAX_WAIT_MS = 1000

/**
 * Counts a call, and tells whether it is still within the limit. A limiter that fails open and does not answer in time lets
 * the call through, and writes a line with the fields `about`.
 * @throws `unavailable` if a limiter that fails closed does not answer in time
 */
export async function isWithin(
  limiter: RateLimit,
  key: string,
  { name, failsOpen }: { name: string; failsOpen: boolean },
  about: Record<string, unknown>,
): Promise<boolean> {
  try {
    return (await inTime(limiter.limit({ key }))).success
  } catch (error) {
    if (!failsOpen) throw unavailable(error)
    log('error', { event: 'limiter_down', limiter: name, ...about, ...causeOf(error) })
    return true
  }
}

function inTime<T>(answer: Promise<T>): Promise<T> {
  const silence = Promise.withResolvers<never>()
  const timer = setTimeout(() => silence.reject(new Error('The limiter does not answer')), MAX_WAIT_MS)
  return Promise.race([answer, silence.promise]).finally(() => clearTimeout(timer))
}
