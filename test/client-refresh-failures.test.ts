import { afterEach, describe, expect, it, vi } from 'vitest'
import { ApiError, call, createClient, NetworkError } from '../src/client/index.ts'
import { ORIGIN } from './support/api.ts'
import { brokenD1 } from './support/bindings.ts'
import {
  failureOf,
  neverSent,
  open,
  revoke,
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

const times = <T>(n: number, act: () => Promise<T>) => Promise.all(Array.from({ length: n }, act))

describe('A refresh that cannot succeed now', () => {
  it('for want of a network keeps the tokens, and the call fails with NetworkError', async () => {
    const { api, user, network, storage, signedOut } = await signedUpAnHourAgo()
    const tokens = await tokensIn(storage)
    network.every(REFRESH, neverSent)
    const failures = await times(5, () => failureOf(api.accounts.me.$get()))
    for (const failure of failures) expect(failure).toBeInstanceOf(NetworkError)
    expect(network.count(REFRESH)).toBe(3)
    expect(await tokensIn(storage)).toEqual(tokens)
    expect(signedOut.times).toBe(0)
    network.heal()
    expect(await call(api.accounts.me.$get())).toEqual(user)
  })

  it('because the API answers 503 keeps the tokens, and the call fails with that', async () => {
    const { api, user, network, storage, signedOut } = await signedUpAnHourAgo()
    const tokens = await tokensIn(storage)
    network.every(REFRESH, (deliver) => deliver({ DB: brokenD1 }))
    const failure = await failureOf(api.accounts.me.$get())
    expect(failure).toBeInstanceOf(ApiError)
    expect(failure).toMatchObject({ status: 503, code: 'unavailable' })
    expect(await tokensIn(storage)).toEqual(tokens)
    expect(signedOut.times).toBe(0)
    network.heal()
    expect(await call(api.accounts.me.$get())).toEqual(user)
  })

  it.each([
    ['a page of a hotel', 200],
    ['a proxy that wants its own password', 401],
  ])('because %s answers instead keeps the tokens', async (page, status) => {
    const { api, user, network, signedOut } = await signedUpAnHourAgo()
    const headers = { 'Content-Type': 'text/html' }
    network.every(REFRESH, async () => new Response(`<h1>${page}</h1>`, { status, headers }))
    await failureOf(api.accounts.me.$get())
    expect(signedOut.times).toBe(0)
    network.heal()
    expect(await call(api.accounts.me.$get())).toEqual(user)
  })

  it('because of a rate limit keeps the tokens, and does not try again', async () => {
    const { api, network, storage } = await signedUpAnHourAgo()
    const REFRESH_LIMIT = { limit: async () => ({ success: false }) }
    network.every(REFRESH, (deliver) => deliver({ RATE_LIMIT: 'on', REFRESH_LIMIT }))
    const failure = await failureOf(api.accounts.me.$get())
    expect(failure).toMatchObject({ status: 429, code: 'rate_limited', retryAfterSeconds: 60 })
    expect(network.count(REFRESH)).toBe(1)
    await tokensIn(storage)
  })
})

describe('A refresh that fails for good', () => {
  it('clears the tokens, tells once, and gives every call its 401', async () => {
    const tab = await signedUpAnHourAgo()
    await revoke(tab)
    const failures = await times(5, () => failureOf(call(tab.api.accounts.me.$get())))
    for (const failure of failures) {
      expect(failure).toBeInstanceOf(ApiError)
      expect(failure).toMatchObject({ status: 401, code: 'unauthenticated' })
    }
    expect(tab.network.count(REFRESH)).toBe(1)
    expect(await tab.storage.get()).toBeNull()
    await failureOf(call(tab.api.accounts.me.$get()))
    expect(tab.signedOut.times).toBe(1)
  })

  it('lets what is public be read without a token, and nothing be written', async () => {
    const tab = await signedUp()
    await revoke(tab)
    const { items } = await call(tab.api.projects.$get({ query: { limit: '1' } }))
    expect(items.length).toBeLessThanOrEqual(1)
    expect(tab.network.count('GET /api/projects')).toBe(2)
    expect(tab.signedOut.times).toBe(1)

    await tab.auth.login(tab.account)
    await revoke(tab)
    const json = { title: 'A title', description: 'What it is.' }
    expect(await failureOf(call(tab.api.projects.$post({ json })))).toMatchObject({ status: 401 })
    expect(tab.network.count('POST /api/projects')).toBe(1)
  })

  it('is told again after somebody has signed in again', async () => {
    const tab = await signedUp()
    for (const expected of [1, 2]) {
      await revoke(tab)
      expect(await tab.auth.session()).toBeNull()
      expect(tab.signedOut.times).toBe(expected)
      await tab.auth.login(tab.account)
    }
  })

  it('happens when the refresh token has expired', async () => {
    const { api, storage, signedOut } = await signedUp()
    const fifteenDays = 15 * 24 * 3600
    await later(fifteenDays, () => failureOf(call(api.accounts.me.$get())))
    expect(await storage.get()).toBeNull()
    expect(signedOut.times).toBe(1)
  })

  it('gives every call its 401, though whoever is told of it throws', async () => {
    const tab = await signedUpAnHourAgo()
    await revoke(tab)
    const thrown: unknown[] = []
    vi.stubGlobal('queueMicrotask', (act: () => void) =>
      Promise.resolve()
        .then(act)
        .catch((error) => thrown.push(error)),
    )
    const onSignedOut = () => {
      throw new Error('of the page')
    }
    const { api } = createClient(ORIGIN, { fetch: tab.network.fetch, storage: tab.storage, onSignedOut })
    expect(await failureOf(call(api.accounts.me.$get()))).toMatchObject({ code: 'unauthenticated' })
    expect(thrown).toMatchObject([{ message: 'of the page' }])
  })

  it('happens when what was kept cannot be a refresh token', async () => {
    const { api, network, storage, signedOut } = await signedUpAnHourAgo()
    await storage.set({ ...(await tokensIn(storage)), refresh: 'x'.repeat(5000) })
    await failureOf(call(api.accounts.me.$get()))
    expect(network.record).toEqual([`${ME} 401`, `${REFRESH} 422`, `${ME} 401`])
    expect(await storage.get()).toBeNull()
    expect(signedOut.times).toBe(1)
  })

  it('leaves the tokens of a login that came in between', async () => {
    const { api, auth, account, network, storage, signedOut } = await signedUpAnHourAgo()
    await revoke({ storage })
    network.next(REFRESH, async (deliver) => {
      const answer = await deliver()
      await open({ storage, network }).auth.login(account)
      return answer
    })
    expect(await call(api.accounts.me.$get())).toMatchObject({ email: account.email })
    expect(await auth.session()).not.toBeNull()
    expect(signedOut.times).toBe(0)
  })
})
