import { type Api, connect } from './api.ts'
import { type Auth, createAuth } from './auth.ts'
import { keepingUp } from './bookmarks.ts'
import { Session } from './session.ts'
import { reaching, signing } from './signed-fetch.ts'
import { memoryStorage, type TokenStorage } from './storage.ts'
import { takingTurns } from './turns.ts'

export type { Api } from './api.ts'
export type { Auth, User } from './auth.ts'
export { type BodyOf, call } from './call.ts'
export { ApiError, type ErrorCode, type FieldError, NetworkError } from './errors.ts'
export type { CollaborationRequest, NewProject, Profile, Project, ProjectCard } from './models.ts'
export { localStorageStorage, memoryStorage, type TokenStorage, type Tokens } from './storage.ts'

export interface ClientOptions {
  /** Where the tokens are kept: `memoryStorage()` if it is left out. */
  storage?: TokenStorage
  /**
   * Called once when the client finds that the session is over without its own doing: revoked, expired, or ended in another
   * tab. Not after its own `logout`, `logoutAll` or `deleteAccount`.
   */
  onSignedOut?: () => void
  /** In place of the global fetch. */
  fetch?: typeof globalThis.fetch
}

export interface Client {
  /**
   * Every endpoint, typed, signed with the access token if somebody is signed in. When the API refuses the token, it is
   * renewed, once for all calls (tabs take turns where there are Web Locks), and the request repeated. An avatar is sent as
   * `api.accounts.me.avatar.$put({}, { init: { body: file } })`.
   *
   * Calls resolve with the answer, whatever its status, for `call` to read. They reject with a NetworkError if there is
   * none, and with the ApiError or NetworkError of the refresh if a token could not be renewed just now. Leave `If-None-Match`
   * to the browser: it asks again about what it has kept, and gives you that. A picture is for `<img src={avatarUrl}>`.
   */
  api: Api
  auth: Auth
}

/**
 * A client of the DevCollab API at `baseUrl`, for one user at a time: on a server, make one for each request. It never looks
 * at a clock: whether a token is good is for the API to say.
 */
export function createClient(baseUrl: string, options: ClientOptions = {}): Client {
  const { storage = memoryStorage(), onSignedOut = () => {} } = options
  const fetch = keepingUp(reaching(options.fetch ?? ((input, init) => globalThis.fetch(input, init))))
  const open = connect(baseUrl, fetch)
  const session = new Session(open, storage, takingTurns(`devcollab ${baseUrl}`), onSignedOut)
  const api = connect(
    baseUrl,
    signing(fetch, session, (refused) => session.renew(refused)),
  )
  const inTurn = connect(
    baseUrl,
    signing(fetch, session, (refused) => session.renewNow(refused)),
  )
  return {
    api,
    auth: createAuth(session, open, api, inTurn),
  }
}
