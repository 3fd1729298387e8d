import { unavailable } from './errors.ts'
import { causeOf, log } from './log.ts'

/** A limiter answers within milliseconds. */
const MAX_WAIT_MS = 1000

/**
 * Counts a call, and tells whether it is still within the limit.
 * @throws `unavailable` if the limiter does not answer in time, unless it fails open: then everybody is within, and a line of
 * the log says so, with what it is `about`
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
