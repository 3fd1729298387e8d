import { afterEach, describe, expect, it, vi } from 'vitest'
import { call, memoryStorage, type TokenStorage } from '../src/client/index.ts'
import { ok, problem, send } from './support/api.ts'
import {
  answerHangs,
  failureOf,
  newAccount,
  open,
  signedUp,
  signedUpAnHourAgo,
  tokensIn,
} from './support/client.ts'
import { later } from './support/clock.ts'

const ME = 'GET /api/accounts/me'
const REFRESH = 'POST /api/accounts/refresh'

afterEach(() => {
  vi.unstubAllGlobals()
})

/** A storage that takes its time, as one shared by tabs may. */
function slowStorage(): TokenStorage {
  const kept = memoryStorage()
  const soon = () => new Promise((resolve) => setTimeout(resolve, 2))
  return {
    get: () => soon().then(() => kept.get()),
    set: (tokens) => soon().then(() => kept.set(tokens)),
    clear: () => soon().then(() => kept.clear()),
  }
}

/** Web Locks as a browser has them, as far as one name goes. */
function browserLocks() {
  const names = new Set<string>()
  let last: Promise<unknown> = Promise.resolve()
  return {
    names,
    request(name: string, { signal }: { signal: AbortSignal }, act: () => Promise<unknown>) {
      names.add(name)
      let isGranted = false
      const turn = last.then(() => {
        isGranted = !signal.aborted
        return isGranted ? act() : undefined
      })
      last = turn.catch(() => {})
      const gaveUp = new Promise((_, reject) =>
        signal.addEventListener('abort', () => isGranted || reject(signal.reason)),
      )
      return Promise.race([turn, gaveUp])
    },
  }
}

/** Lets a second of every timer pass in ten milliseconds. */
function hurry() {
  const [limit, set] = [AbortSignal.timeout.bind(AbortSignal), globalThis.setTimeout]
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => limit(ms / 100))
  vi.stubGlobal('setTimeout', (act: () => void, ms = 0) => set(act, ms / 100))
}

/** Two tabs of somebody whose access token has expired. */
async function twoTabs() {
  const storage = slowStorage()
  const first = await signedUpAnHourAgo({ storage })
  const second = open({ storage, network: first.network })
  return { first, second, storage, network: first.network }
}

describe('Two tabs that share a storage', () => {
  it('refresh once between them under one lock, and re-read the storage inside it', async () => {
    const locks = browserLocks()
    vi.stubGlobal('navigator', { locks })
    const { first, second, network } = await twoTabs()
    const calls = [first, second, first, second].map(({ api }) => call(api.accounts.me.$get()))
    expect(await Promise.all(calls)).toEqual(Array(4).fill(first.user))
    expect(network.count(`${ME} 401`)).toBe(4)
    expect(network.count(REFRESH)).toBe(1)
    expect([...locks.names]).toEqual(['devcollab http://api.test'])
  })

  it('both go on without locks, and stay signed in', async () => {
    vi.stubGlobal('navigator', {})
    const { first, second, network } = await twoTabs()
    const calls = [first, second, first, second].map(({ api }) => call(api.accounts.me.$get()))
    expect(await Promise.all(calls)).toEqual(Array(4).fill(first.user))
    expect(network.count(REFRESH)).toBe(2)
    await later(1000, async () => {
      expect(await call(second.api.accounts.me.$get())).toEqual(first.user)
      expect(await call(first.api.accounts.me.$get())).toEqual(first.user)
    })
    expect(first.signedOut.times + second.signedOut.times).toBe(0)
  })

  it('go on when the browser refuses the lock', async () => {
    vi.stubGlobal('navigator', { locks: { request: () => Promise.reject(new Error('SecurityError')) } })
    const { first, network } = await twoTabs()
    expect(await call(first.api.accounts.me.$get())).toEqual(first.user)
    expect(network.count(REFRESH)).toBe(1)
  })

  it('wait for one whose answers are twenty seconds late, and spend no token beside it', async () => {
    vi.stubGlobal('navigator', { locks: browserLocks() })
    const { first, second, network } = await twoTabs()
    hurry()
    network.next(REFRESH, answerHangs)
    network.next(REFRESH, answerHangs)
    network.next(REFRESH, async (deliver) => {
      const answer = await deliver()
      await new Promise((resolve) => setTimeout(resolve, 20_000))
      return answer
    })
    const calls = [first, second].map(({ api }) => call(api.accounts.me.$get()))
    expect(await Promise.all(calls)).toEqual([first.user, first.user])
    expect(network.count(REFRESH)).toBe(3)
  })

  it('do not wait for ever for a tab that hangs with the lock, and spend no token that it may be spending', async () => {
    const locks = browserLocks()
    vi.stubGlobal('navigator', { locks })
    const { first, storage, network } = await twoTabs()
    const tokens = await tokensIn(storage)
    hurry()
    const hanging = Promise.withResolvers<void>()
    locks.request(
      'devcollab http://api.test',
      { signal: new AbortController().signal },
      () => hanging.promise,
    )
    expect(await failureOf(call(first.api.accounts.me.$get()))).toMatchObject({ name: 'NetworkError' })
    expect(network.count(REFRESH)).toBe(0)
    expect(await tokensIn(storage)).toEqual(tokens)
    expect(first.signedOut.times).toBe(0)
    hanging.resolve()
    expect(await call(first.api.accounts.me.$get())).toEqual(first.user)
  })

  it('sign in and out though a tab hangs with the lock', async () => {
    const locks = browserLocks()
    vi.stubGlobal('navigator', { locks })
    const { first, second, storage } = await twoTabs()
    hurry()
    const signal = new AbortController().signal
    locks.request('devcollab http://api.test', { signal }, () => new Promise(() => {}))
    await first.auth.logout()
    expect(await storage.get()).toBeNull()
    const user = await second.auth.register(newAccount())
    expect(await first.auth.session()).toEqual(user)
  })

  it.each([
    ['with locks', () => ({ locks: browserLocks() })],
    ['without locks', () => ({})],
  ])('are signed out together %s, and the other one is told once', async (_, navigator) => {
    vi.stubGlobal('navigator', navigator())
    const { first, second, network } = await twoTabs()
    await call(second.api.accounts.me.$get())
    await first.auth.logout()
    expect(await second.auth.session()).toBeNull()
    const failure = await failureOf(call(second.api.accounts.me.$get()))
    expect(failure).toMatchObject({ code: 'unauthenticated' })
    expect([first.signedOut.times, second.signedOut.times]).toEqual([0, 1])
    expect(network.count(REFRESH)).toBe(1)
  })

  it('are signed out together, though one has asked for nothing since it signed in', async () => {
    const first = await signedUp()
    await open({ storage: first.storage, network: first.network }).auth.logout()
    expect(await first.auth.session()).toBeNull()
    expect(first.signedOut.times).toBe(1)
  })

  it('are signed in together', async () => {
    const { first, second } = await twoTabs()
    await first.auth.logout()
    const user = await second.auth.register(newAccount())
    expect(await first.auth.session()).toEqual(user)
  })

  it('leave no tokens behind when one signs out while the other refreshes', async () => {
    vi.stubGlobal('navigator', { locks: browserLocks() })
    const { first, second, storage, network } = await twoTabs()
    const leaving: Promise<void>[] = []
    network.next(REFRESH, async (deliver) => {
      leaving.push(first.auth.logout())
      return deliver()
    })
    await call(second.api.accounts.me.$get())
    await Promise.all(leaving)
    expect(await storage.get()).toBeNull()
    expect(await second.auth.session()).toBeNull()
  })
})

describe('Signing out', () => {
  it('ends the session at the API, and is not told as an accident', async () => {
    const { auth, storage, signedOut } = await signedUp()
    const { access, refresh } = await tokensIn(storage)
    await auth.logout()
    await problem(send('/api/accounts/me', { token: access }), 401, 'unauthenticated')
    await problem(send('/api/accounts/refresh', { body: { refresh } }), 401, 'token_revoked')
    expect(await auth.session()).toBeNull()
    expect(signedOut.times).toBe(0)
  })

  it('waits for a refresh that is under way, and ends what it brings', async () => {
    const { api, auth, storage, network } = await signedUpAnHourAgo()
    const leaving: Promise<void>[] = []
    const given: string[] = []
    network.next(REFRESH, async (deliver) => {
      leaving.push(auth.logout())
      const answer = await deliver()
      given.push((await ok(answer.clone())).refresh)
      return answer
    })
    await Promise.allSettled([api.accounts.me.$get()])
    await Promise.all(leaving)
    expect(await storage.get()).toBeNull()
    await problem(send('/api/accounts/refresh', { body: { refresh: given[0] } }), 401, 'token_revoked')
  })

  it('forgets the tokens even if the API cannot be told, and says so', async () => {
    const { auth, storage, network } = await signedUp()
    network.every('POST /api/accounts/logout', () => Promise.reject(new TypeError('Failed to fetch')))
    expect(await failureOf(auth.logout())).toMatchObject({ name: 'NetworkError' })
    expect(await storage.get()).toBeNull()
  })

  it('tries again if the API is in trouble for a moment', async () => {
    const { auth, storage, network } = await signedUp()
    const { access } = await tokensIn(storage)
    network.next('POST /api/accounts/logout', () => Promise.reject(new TypeError('Failed to fetch')))
    await auth.logout()
    await problem(send('/api/accounts/me', { token: access }), 401, 'unauthenticated')
  })

  it('works with an access token that has expired, without a refresh', async () => {
    const { auth, network } = await signedUpAnHourAgo()
    await auth.logout()
    expect(network.record).toEqual(['POST /api/accounts/logout 204'])
  })

  it('of nobody asks nothing of the API', async () => {
    const { auth, network } = open()
    await auth.logout()
    expect(await auth.session()).toBeNull()
    expect(network.record).toEqual([])
  })

  it('everywhere ends the sessions of other devices', async () => {
    const { auth, account, signedOut } = await signedUpAnHourAgo()
    const other = open()
    await other.auth.login(account)
    await auth.logoutAll()
    expect(await other.auth.session()).toBeNull()
    expect(await auth.session()).toBeNull()
    expect([signedOut.times, other.signedOut.times]).toEqual([0, 1])
  })
})

describe('Signing out everywhere', () => {
  it('is not told as an accident by the calls that run beside it', async () => {
    const { api, auth, network, signedOut } = await signedUp()
    network.next('POST /api/accounts/logout-all', async (deliver) => {
      const answer = await deliver()
      calls.push(failureOf(call(api.accounts.me.$get())))
      await vi.waitFor(() => expect(network.count(`${ME} 401`)).toBe(1))
      return answer
    })
    const calls: Promise<unknown>[] = []
    await auth.logoutAll()
    expect(await Promise.all(calls)).toMatchObject([{ code: 'unauthenticated' }])
    expect(network.count(REFRESH)).toBe(0)
    expect(signedOut.times).toBe(0)
  })
})

describe('A change of password', () => {
  const newPassword = 'another uncommon password'

  it('goes on in a new session, and ends the others', async () => {
    const { auth, account, user, signedOut } = await signedUpAnHourAgo()
    const other = open()
    await other.auth.login(account)
    await auth.changePassword({ currentPassword: account.password, newPassword })
    expect(await auth.session()).toEqual(user)
    expect(await other.auth.session()).toBeNull()
    expect(signedOut.times).toBe(0)
  })

  it('does not sign out the calls that run beside it', async () => {
    const { api, auth, account, user, network, signedOut } = await signedUp()
    network.next('POST /api/accounts/me/password', async (deliver) => {
      const answer = await deliver()
      // Refused already, while the new tokens are still on their way.
      calls.push(call(api.accounts.me.$get()), call(api.accounts.me.$get()))
      await vi.waitFor(() => expect(network.count(`${ME} 401`)).toBe(2))
      return answer
    })
    const calls: Promise<unknown>[] = []
    await auth.changePassword({ currentPassword: account.password, newPassword })
    expect(await Promise.all(calls)).toEqual([user, user])
    expect(network.count(REFRESH)).toBe(0)
    expect(signedOut.times).toBe(0)
  })
})

describe('The deletion of an account', () => {
  it('signs out, and is not told as an accident', async () => {
    const { auth, account, storage, signedOut } = await signedUpAnHourAgo()
    await auth.deleteAccount({ password: account.password })
    expect(await storage.get()).toBeNull()
    expect(await auth.session()).toBeNull()
    expect(await failureOf(auth.login(account))).toMatchObject({ code: 'invalid_credentials' })
    expect(signedOut.times).toBe(0)
  })
})
