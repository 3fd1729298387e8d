import { unavailable } from './errors.ts'
import { log } from './log.ts'

/**
 * Counts a call, and tells whether it is still within the limit.
 * @throws `unavailable` if the limiter does not answer, unless it fails open: then everybody is within, and the log says so
 */
export async function isWithin(
  limiter: RateLimit,
  key: string,
  { name, failsOpen }: { name: string; failsOpen: boolean },
): Promise<boolean> {
  try {
    return (await limiter.limit({ key })).success
  } catch (error) {
    if (!failsOpen) throw unavailable(error)
    log('error', {
      event: 'limiter_down',
      limiter: name,
      error: error instanceof Error ? error.message : 'unknown',
    })
    return true
  }
}
