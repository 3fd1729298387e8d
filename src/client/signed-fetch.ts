import { NetworkError, problemOf } from './errors.ts'
import type { Session } from './session.ts'
import type { Tokens } from './storage.ts'

export type Fetch = typeof globalThis.fetch

/** A fetch that tells "no answer", which is a NetworkError, from "no longer wanted", which is the caller's own abort. */
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
 * A fetch that signs with the session's access token, and once that is refused repeats the request, once, with a renewed
 * one, or a read without any if the session is over. A request that brings its own Authorization is left alone.
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
    // The session is over: what is public can still be read by nobody in particular.
    if (!renewed && (init.method ?? 'GET') === 'GET') return send(null)
    // What one user began must not happen in the name of another, who has signed in since.
    return renewed?.userId === tokens.userId ? send(renewed) : answer
  }
