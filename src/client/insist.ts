import { ApiError, NetworkError } from './errors.ts'

/**
 * The pause before an attempt, and how long it may take. A refresh whose answer is lost is good for another one within ten
 * seconds of the first: the last attempt must have begun by then. The second begins at once, since the timers of a hidden
 * tab may be a minute late.
 */
const ATTEMPTS_MS = [
  [0, 4000],
  [0, 4000],
  [1000, 30_000],
] as const

/** The longest that `insist` takes. */
export const LONGEST_MS = ATTEMPTS_MS.reduce((sum, [pause, limit]) => sum + pause + limit, 0)

/**
 * Does what is safe to do twice, again if there is no answer or the API answers that it is in trouble (5xx).
 * @throws what the last attempt throws: ApiError or NetworkError
 */
export async function insist<T>(attempt: (signal: AbortSignal) => Promise<T>): Promise<T> {
  let failure: unknown
  for (const [pause, limit] of ATTEMPTS_MS) {
    if (pause) await new Promise((resolve) => setTimeout(resolve, pause))
    try {
      return await attempt(AbortSignal.timeout(limit))
    } catch (error) {
      if (error instanceof ApiError && error.status < 500) throw error
      failure = error
    }
  }
  throw failure instanceof ApiError || failure instanceof NetworkError ? failure : new NetworkError(failure)
}
