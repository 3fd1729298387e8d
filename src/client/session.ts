import type { Api } from './api.ts'
import { call } from './call.ts'
import { ApiError, type ErrorCode } from './errors.ts'
import { insist } from './insist.ts'
import { resilient, type SafeStorage, type TokenStorage, type Tokens } from './storage.ts'
import type { Turns } from './turns.ts'

/** The codes of a refresh that can never succeed. After any other failure it may. */
const FINAL: readonly ErrorCode[] = ['unauthenticated', 'token_revoked', 'validation_failed']

/** The tokens of whoever is signed in, and how they are renewed. Whatever changes them waits for its turn. */
export class Session {
  readonly inTurn: Turns
  readonly #api: Api
  readonly #storage: SafeStorage
  readonly #onSignedOut: () => void
  #isSignedIn = false
  /** The access token of the session that this client itself ended last: the storage may still have it for a while. */
  #forgotten: string | undefined
  #renewal: { refused: string; result: Promise<Tokens | null> } | undefined

  constructor(api: Api, storage: TokenStorage, turns: Turns, onSignedOut: () => void) {
    this.#api = api
    this.#storage = resilient(storage)
    this.inTurn = turns
    this.#onSignedOut = onSignedOut
  }

  /** The tokens as they are now: another tab may have changed them. */
  async tokens(): Promise<Tokens | null> {
    const tokens = await this.#storage.get()
    if (!tokens) this.#announceEnd()
    else if (tokens.access !== this.#forgotten) this.#isSignedIn = true
    return tokens
  }

  /** Only within a turn. */
  async keep(tokens: Tokens): Promise<void> {
    await this.#storage.set(tokens)
    // Not before: until then the storage has no tokens, which is not the end of a session.
    this.#isSignedIn = true
  }

  /** Only within a turn. @returns what was forgotten */
  async forget(): Promise<Tokens | null> {
    const tokens = await this.#storage.get()
    this.#isSignedIn = false
    this.#forgotten = tokens?.access
    await this.#storage.clear()
    return tokens
  }

  /**
   * Tokens to try instead of those that the API has refused, got once however many ask for them; null if the session is
   * over. @throws ApiError or NetworkError if that cannot be said now; the tokens are kept then
   */
  renew(refused: Tokens): Promise<Tokens | null> {
    if (this.#renewal?.refused === refused.access) return this.#renewal.result
    const result = this.inTurn(() => this.renewNow(refused))
    const renewal = { refused: refused.access, result }
    this.#renewal = renewal
    const done = () => {
      if (this.#renewal === renewal) this.#renewal = undefined
    }
    result.then(done, done)
    return result
  }

  /** `renew` from within a turn. */
  async renewNow(refused: Tokens): Promise<Tokens | null> {
    const held = await this.tokens()
    if (held?.access !== refused.access) return held
    try {
      const pair = await insist((signal) =>
        call(this.#api.accounts.refresh.$post({ json: { refresh: held.refresh } }, { init: { signal } })),
      )
      const renewed = { ...pair, userId: held.userId }
      await this.keep(renewed)
      return renewed
    } catch (error) {
      if (!(error instanceof ApiError && FINAL.includes(error.code))) throw error
    }
    // Without locks another tab may have signed in meanwhile: those tokens are not ours to drop.
    const current = await this.#storage.get()
    if (current && current.access !== refused.access) return current
    await this.#storage.clear()
    this.#announceEnd()
    return null
  }

  #announceEnd(): void {
    if (!this.#isSignedIn) return
    this.#isSignedIn = false
    // By itself, so that an error of its own does not become that of a call.
    queueMicrotask(this.#onSignedOut)
  }
}
