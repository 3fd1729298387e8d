import { type ClientOptions, createClient } from '../../src/client/index.ts'
import { memoryStorage, type TokenStorage, type Tokens } from '../../src/client/storage.ts'
import type { Bindings } from '../../src/env.ts'
import { ORIGIN, ok, send } from './api.ts'
import { later } from './clock.ts'
import { PASSWORD } from './secrets.ts'

/** What becomes of a request. `deliver` takes it to the Worker and brings the answer. */
type Fate = (
  deliver: (env?: Partial<Bindings>) => Promise<Response>,
  signal?: AbortSignal | null,
) => Promise<Response>

const failToFetch = () => Promise.reject(new TypeError('Failed to fetch'))

export const neverSent: Fate = failToFetch
export const answerLost: Fate = (deliver) => deliver().then(failToFetch)
/** Done by the Worker, but nothing comes back, not even a failure. */
export const answerHangs: Fate = async (deliver, signal) => {
  await deliver()
  return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
}

/** The network between clients and the real Worker: it can be cut, and keeps a record of what went over it. */
export class Network {
  /** Such as `POST /api/accounts/refresh 200`; without a status if no answer came back. */
  readonly record: string[] = []
  /** Of every request. */
  env: Partial<Bindings> = {}
  readonly #fates: { route: string; fate: Fate; isLasting: boolean }[] = []

  /** Lets the next request of the route, such as `POST /api/accounts/refresh`, meet this. */
  next(route: string, fate: Fate): void {
    this.#fates.push({ route, fate, isLasting: false })
  }

  /** Lets every request of the route meet this, until `heal`. */
  every(route: string, fate: Fate): void {
    this.#fates.push({ route, fate, isLasting: true })
  }

  heal(): void {
    this.#fates.length = 0
  }

  /** How many requests the record has that begin so. */
  count(start: string): number {
    return this.record.filter((line) => line.startsWith(start)).length
  }

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    init?.signal?.throwIfAborted()
    const request = new Request(input, init)
    const path = request.url.slice(ORIGIN.length)
    const route = `${request.method} ${path.split('?')[0]}`
    const body = init?.body ? new Uint8Array(await request.arrayBuffer()) : undefined
    const { 'content-type': type, ...headers } = Object.fromEntries(request.headers)
    const deliver = (env: Partial<Bindings> = {}) =>
      send(path, {
        method: request.method,
        headers: { ...headers, ...(type !== undefined && { 'Content-Type': type }) },
        body,
        env: { ...this.env, ...env },
      })
    const line = this.record.push(route) - 1
    const answer = await (this.#fateOf(route)?.(deliver, init?.signal) ?? deliver())
    this.record[line] += ` ${answer.status}`
    return answer
  }

  #fateOf(route: string): Fate | undefined {
    const index = this.#fates.findIndex((each) => each.route === route)
    const found = this.#fates[index]
    if (found && !found.isLasting) this.#fates.splice(index, 1)
    return found?.fate
  }
}

/** A client of the real Worker, with all that a test wants to look at. */
export function open(options: ClientOptions & { network?: Network } = {}) {
  const network = options.network ?? new Network()
  const storage = options.storage ?? memoryStorage()
  const signedOut = { times: 0 }
  const client = createClient(ORIGIN, {
    fetch: network.fetch,
    storage,
    onSignedOut: () => {
      signedOut.times += 1
    },
  })
  return { ...client, network, storage, signedOut }
}

/** A storage that takes its time, as one shared by tabs, or one of files, may: longer to change than to read. */
export function slowStorage(): TokenStorage {
  const kept = memoryStorage()
  const soon = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  return {
    get: () => soon(2).then(() => kept.get()),
    set: (tokens) => soon(10).then(() => kept.set(tokens)),
    clear: () => soon(10).then(() => kept.clear()),
  }
}

let people = 0

export function newAccount() {
  people += 1
  return { email: `client-${people}@example.com`, username: `client-${people}`, password: PASSWORD }
}

/** A client that somebody new is signed in to. */
export async function signedUp(options: Parameters<typeof open>[0] = {}) {
  const tab = open(options)
  const account = newAccount()
  const user = await tab.auth.register(account)
  return { ...tab, account, user }
}

const AN_HOUR = 3600

/** The same, an hour ago: the access token has expired, the refresh token has not. */
export async function signedUpAnHourAgo(options: Parameters<typeof open>[0] = {}) {
  const tab = await later(-AN_HOUR, () => signedUp(options))
  tab.network.record.length = 0
  return tab
}

/** The tokens in a storage; fails if there are none. */
export async function tokensIn(storage: TokenStorage): Promise<Tokens> {
  const tokens = await storage.get()
  if (!tokens) throw new Error('Nobody is signed in.')
  return tokens
}

/** Ends the session of a storage as if from elsewhere. */
export async function revoke({ storage }: { storage: TokenStorage }): Promise<void> {
  const { refresh } = await tokensIn(storage)
  await ok(send('/api/accounts/logout', { body: { refresh } }), 204)
}

/** What a promise is rejected with. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('It did not fail.')
}
