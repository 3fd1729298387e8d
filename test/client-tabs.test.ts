import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Auth, call } from '../src/client/index.ts'
import {
  answerHangs,
  failureOf,
  newAccount,
  open,
  signedUp,
  signedUpAnHourAgo,
  slowStorage,
  tokensIn,
} from './support/client.ts'
import { later } from './support/clock.ts'
import { browserLocks } from './support/locks.ts'

const ME = 'GET /api/accounts/me'
const REFRESH = 'POST /api/accounts/refresh'
const LOCK = 'devcollab http://api.test'

afterEach(() => {
  vi.unstubAllGlobals()
})

const CHANGE_PASSWORD = {
  route: 'POST /api/accounts/me/password',
  act: (auth: Auth, currentPassword: string) =>
    auth.changePassword({ currentPassword, newPassword: 'quite another phrase' }),
}
const DELETE_ACCOUNT = {
  route: 'DELETE /api/accounts/me',
  act: (auth: Auth, password: string) => auth.deleteAccount({ password }),
}

/** Lets a second of every timer pass in twenty milliseconds. */
function hurry() {
  const [limit, set] = [AbortSignal.timeout.bind(AbortSignal), globalThis.setTimeout]
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => limit(ms / 50))
  vi.stubGlobal('setTimeout', (act: () => void, ms = 0) => set(act, ms / 50))
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
    expect([...locks.names]).toEqual([LOCK])
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

  it('tell why a refresh failed, however long the wait for its turn', async () => {
    const locks = browserLocks()
    vi.stubGlobal('navigator', { locks })
    const { first, network } = await twoTabs()
    hurry()
    const seconds = (n: number) => new Promise((resolve) => setTimeout(resolve, n * 1000))
    locks.request(LOCK, { signal: new AbortController().signal }, () => seconds(10))
    network.next(REFRESH, async () => {
      await seconds(40)
      return new Response(null, { status: 429 })
    })
    expect(await failureOf(call(first.api.accounts.me.$get()))).toMatchObject({ status: 429 })
  })

  it('do not wait for ever for a tab that hangs with the lock, and spend no token that it may be spending', async () => {
    const locks = browserLocks()
    vi.stubGlobal('navigator', { locks })
    const { first, storage, network } = await twoTabs()
    const tokens = await tokensIn(storage)
    hurry()
    const hanging = Promise.withResolvers<void>()
    locks.request(LOCK, { signal: new AbortController().signal }, () => hanging.promise)
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
    locks.request(LOCK, { signal }, () => new Promise(() => {}))
    await first.auth.logout()
    expect(await storage.get()).toBeNull()
    const user = await second.auth.register(newAccount())
    expect(await first.auth.session()).toEqual(user)
  })

  it.each([
    ['a change of password hangs with the lock', () => ({ locks: browserLocks() }), CHANGE_PASSWORD],
    ['a change of password hangs without locks', () => ({}), CHANGE_PASSWORD],
    ['the deletion of an account hangs without locks', () => ({}), DELETE_ACCOUNT],
  ] as const)(
    'sign out though %s, whose late answer is for nobody else',
    async (_, navigator, { route, act }) => {
      vi.stubGlobal('navigator', navigator())
      const { auth, account, storage, network } = await signedUp()
      hurry()
      const hanging = Promise.withResolvers<void>()
      network.next(route, async (deliver) => {
        const answer = await deliver()
        await hanging.promise
        return answer
      })
      const asked = act(auth, account.password)
      await vi.waitUntil(() => network.count(route) === 1)
      await auth.logout()
      expect(await storage.get()).toBeNull()
      await auth.register(newAccount())
      const tokens = await tokensIn(storage)
      hanging.resolve()
      await asked
      expect(await tokensIn(storage)).toEqual(tokens)
    },
  )

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
