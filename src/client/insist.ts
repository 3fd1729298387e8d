import { ApiError, NetworkError } from './errors.ts'

/**
 * For each attempt, the pause before it and how long it may take. A refresh token may be spent again within ten seconds of the
 * first time, so the last attempt begins by then. The second begins at once: a pause may take a minute in a hidden tab.
 */
const ATTEMPTS_MS = [
  [0, 4000],
  [0, 4000],
  [1000, 30_000],
] as const

/** The longest that `insist` takes. */
export const LONGEST_MS = ATTEMPTS_MS.reduce((sum, [pause, limit]) => sum + pause + limit, 0)

/**
 * Does what is safe to do twice, and does it again if there is no answer or the API is in trouble (5xx): three times at most.
 * @throws ApiError at once if the API refuses (4xx); else what the last attempt throws, an ApiError or NetworkError
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
