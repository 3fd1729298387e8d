import { NetworkError, problemOf } from './errors.ts'
import type { Session } from './session.ts'
import type { Tokens } from './storage.ts'

export type Fetch = typeof globalThis.fetch

/** A fetch that fails with a NetworkError if there is no answer, but as it is if the caller itself has aborted it. */
export const reaching =
  (fetch: Fetch): Fetch =>
  async (input, init) => {
    try {
      return await fetch(input, init)
    } catch (cause) {
      throw init?.signal?.aborted ? cause : new NetworkError(cause)
    }
  }

/**
 * A fetch that sends the session's access token. If the API refuses that, the request is repeated, once: with a renewed token,
 * or, if the session is over and it is a read, with none. A request that has an Authorization of its own is left alone.
 */
export const signing =
  (fetch: Fetch, session: Session, renew: (refused: Tokens) => Promise<Tokens | null>): Fetch =>
  async (input, init = {}) => {
    const headers = new Headers(init.headers)
    if (headers.has('Authorization')) return fetch(input, init)
    // A stream can be sent but once, and only some browsers send one at all.
    const body = init.body instanceof ReadableStream ? await new Response(init.body).blob() : init.body
    const send = (tokens: Tokens | null) => {
      if (tokens) headers.set('Authorization', `Bearer ${tokens.access}`)
      else headers.delete('Authorization')
      return fetch(input, { ...init, headers, ...(body && { body }) })
    }
    const tokens = await session.tokens()
    const answer = await send(tokens)
    if (!tokens || answer.status !== 401) return answer
    // The other 401s are about a password or a refresh token.
    if ((await problemOf(answer)).code !== 'unauthenticated') return answer
    const renewed = await renew(tokens)
    // The session is over: what is public can still be read without a token.
    if (!renewed && (init.method ?? 'GET') === 'GET') return send(null)
    // What one user began must not happen in the name of another, who has signed in since.
    return renewed?.userId === tokens.userId ? send(renewed) : answer
  }
