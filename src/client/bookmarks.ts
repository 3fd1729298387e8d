import type { Fetch } from './signed-fetch.ts'

const HEADER = 'X-D1-Bookmark'

/**
 * A fetch that passes on how far the database had come when the API last told, so that a copy of it that lags behind is not
 * asked before it has seen what this client has written. An API whose database has no copies tells nothing.
 */
export function keepingUp(fetch: Fetch): Fetch {
  let latest = ''
  return async (input, init = {}) => {
    const headers = new Headers(init.headers)
    if (latest !== '') headers.set(HEADER, latest)
    const answer = await fetch(input, { ...init, headers })
    const bookmark = answer.headers.get(HEADER) ?? ''
    // Bookmarks are ordered as texts, and answers may overtake each other.
    if (bookmark > latest) latest = bookmark
    return answer
  }
}
