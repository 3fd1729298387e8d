import { afterEach, describe, expect, it, vi } from 'vitest'
import { call } from '../src/client/index.ts'
import { send } from './support/api.ts'
import {
  answerHangs,
  answerLost,
  failureOf,
  newAccount,
  open,
  revoke,
  signedUp,
  signedUpAnHourAgo,
  tokensIn,
} from './support/client.ts'
import { later } from './support/clock.ts'
import { faulty } from './support/faults.ts'

const ME = 'GET /api/accounts/me'
const REFRESH = 'POST /api/accounts/refresh'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

describe('A client whose access token has expired', () => {
  it('refreshes and repeats the request', async () => {
    const { api, user, network } = await signedUpAnHourAgo()
    expect(await call(api.accounts.me.$get())).toEqual(user)
    expect(network.record).toEqual([`${ME} 401`, `${REFRESH} 200`, `${ME} 200`])
  })

  it('refreshes once for ten parallel calls, and all of them succeed', async () => {
    const { api, user, network } = await signedUpAnHourAgo()
    expect(await Promise.all(Array.from({ length: 10 }, () => call(api.accounts.me.$get())))).toEqual(
      Array(10).fill(user),
    )
    expect(network.count(`${ME} 401`)).toBe(10)
    expect(network.count(REFRESH)).toBe(1)
    expect(network.count(`${ME} 200`)).toBe(10)
  })

  it('does not refresh again for a call that learns of it late', async () => {
    const { api, user, network } = await signedUpAnHourAgo()
    network.next(ME, async (deliver) => {
      const answer = await deliver()
      await call(api.accounts.me.$get())
      return answer
    })
    expect(await call(api.accounts.me.$get())).toEqual(user)
    expect(network.count(REFRESH)).toBe(1)
  })

  it('refreshes for a public read too', async () => {
    const { api, network } = await signedUpAnHourAgo()
    const { items } = await call(api.projects.$get({ query: { limit: '1' } }))
    expect(items.length).toBeLessThanOrEqual(1)
    expect(network.count(REFRESH)).toBe(1)
  })

  it('repeats a body', async () => {
    const { api } = await signedUpAnHourAgo()
    const json = { title: 'A body sent twice', description: 'The same both times.' }
    expect(await call(api.projects.$post({ json }))).toMatchObject(json)
  })

  it('gives a request up after one repetition', async () => {
    const { api, network, signedOut } = await signedUpAnHourAgo()
    network.every(ME, () => send('/api/accounts/me'))
    expect((await api.accounts.me.$get()).status).toBe(401)
    expect(network.record).toEqual([`${ME} 401`, `${REFRESH} 200`, `${ME} 401`])
    expect(signedOut.times).toBe(0)
  })

  it('lets a caller stop waiting, and goes on for the others', async () => {
    const { api, user, network } = await signedUpAnHourAgo()
    const leaving = new AbortController()
    network.next(REFRESH, (deliver) => {
      leaving.abort()
      return deliver()
    })
    const [left, stayed] = await Promise.allSettled([
      call(api.accounts.me.$get({}, { init: { signal: leaving.signal } })),
      call(api.accounts.me.$get()),
    ])
    expect(left).toMatchObject({ status: 'rejected', reason: { name: 'AbortError' } })
    expect(stayed).toEqual({ status: 'fulfilled', value: user })
  })

  it('does not repeat what one user began in the name of another', async () => {
    const { api, auth, network } = await signedUpAnHourAgo()
    network.next('POST /api/projects', async (deliver) => {
      const answer = await deliver()
      await auth.register(newAccount())
      return answer
    })
    const json = { title: 'Mine alone', description: 'Not for another to post.' }
    const failure = await failureOf(call(api.projects.$post({ json })))
    expect(failure).toMatchObject({ status: 401, code: 'unauthenticated' })
    expect(await call(api.projects.mine.$get({ query: {} }))).toMatchObject({ items: [] })
  })

  it('leaves alone a request that brings its own token', async () => {
    const { api, network } = await signedUpAnHourAgo()
    const headers = { Authorization: 'Bearer my-own' }
    expect((await api.accounts.me.$get({}, { headers })).status).toBe(401)
    expect(network.record).toEqual([`${ME} 401`])
  })
})

describe('A refresh whose answer is lost', () => {
  it.each([
    ['on the way back', answerLost],
    // KV is asked first, D1 second.
    [
      'by the API, which answers 503 after it is done',
      (deliver) => deliver(faulty({ n: 2, kind: 'back' }).env),
    ],
    [
      'by a proxy, which answers 502 after it is done',
      (deliver) => deliver().then(() => new Response('Bad gateway', { status: 502 })),
    ],
  ] as [string, typeof answerLost][])('%s is repeated with the same token, and succeeds', async (_, fate) => {
    const { api, user, network } = await signedUpAnHourAgo()
    network.next(REFRESH, fate)
    expect(await call(api.accounts.me.$get())).toEqual(user)
    expect(network.count(REFRESH)).toBe(2)
    expect(await call(api.accounts.me.$get())).toEqual(user)
  })

  it('a second time is repeated once more, a second later', async () => {
    const { api, user, network } = await signedUpAnHourAgo()
    const at: number[] = []
    const lost: typeof answerLost = (...request) => {
      at.push(performance.now())
      return answerLost(...request)
    }
    network.next(REFRESH, lost)
    network.next(REFRESH, lost)
    network.next(REFRESH, (deliver) => {
      at.push(performance.now())
      return deliver()
    })
    expect(await call(api.accounts.me.$get())).toEqual(user)
    const [, second = 0, third = 0] = at
    expect(third - second).toBeGreaterThan(900)
  })

  it('without a failure is given up in time for another two, within the ten seconds of grace', async () => {
    const { api, user, network } = await signedUpAnHourAgo()
    const [limit, pause] = [AbortSignal.timeout.bind(AbortSignal), globalThis.setTimeout]
    const waits: number[] = []
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
      waits.push(ms)
      return limit(ms / 50)
    })
    vi.stubGlobal('setTimeout', (act: () => void, ms = 0) => {
      waits.push(ms)
      return pause(act, ms / 50)
    })
    network.next(REFRESH, answerHangs)
    network.next(REFRESH, answerHangs)
    expect(await call(api.accounts.me.$get())).toEqual(user)
    expect(network.count(REFRESH)).toBe(3)
    // Without the first, of the wait for a turn, and the last, which is how long the third may take.
    const untilTheThird = waits.slice(1, -1).reduce((sum, ms) => sum + ms, 0)
    expect(untilTheThird).toBeGreaterThan(8000)
    expect(untilTheThird).toBeLessThan(10_000)
  })
})

describe('A client does not refresh', () => {
  it('for a wrong password', async () => {
    const { auth, network, signedOut } = await signedUp()
    const passwords = { currentPassword: 'not the password', newPassword: 'another uncommon one' }
    expect(await failureOf(auth.changePassword(passwords))).toMatchObject({ code: 'invalid_credentials' })
    expect(await failureOf(auth.deleteAccount({ password: 'not it' }))).toMatchObject({
      code: 'invalid_credentials',
    })
    expect(network.count(REFRESH)).toBe(0)
    expect(signedOut.times).toBe(0)
    expect(await auth.session()).not.toBeNull()
  })

  it('for a refresh token that is revoked', async () => {
    const tab = await signedUp()
    const { refresh } = await tokensIn(tab.storage)
    await revoke(tab)
    const failure = await failureOf(call(tab.api.accounts.refresh.$post({ json: { refresh } })))
    expect(failure).toMatchObject({ status: 401, code: 'token_revoked' })
    expect(tab.network.count(REFRESH)).toBe(1)
  })

  it('when nobody is signed in', async () => {
    const { api, network, signedOut } = open()
    expect(await failureOf(call(api.accounts.me.$get()))).toMatchObject({ code: 'unauthenticated' })
    expect(network.record).toEqual([`${ME} 401`])
    expect(signedOut.times).toBe(0)
  })
})

describe('A client whose clock is wrong', () => {
  const A_DAY = 24 * 3600

  it.each([
    ['ahead', A_DAY],
    ['behind', -A_DAY],
  ])('by a day %s keeps a good token and renews a bad one', async (_, skew) => {
    const { api, auth, network } = open()
    const at = (seconds: number, act: () => Promise<unknown>) => {
      // The clock of the client, and of the Worker while it answers.
      const server: Parameters<typeof network.every>[1] = async (deliver) => {
        const now = Date.now()
        vi.setSystemTime(now - skew * 1000)
        return deliver().finally(() => vi.setSystemTime(now))
      }
      network.heal()
      for (const route of [ME, REFRESH, 'POST /api/accounts/register']) network.every(route, server)
      return later(skew + seconds, act)
    }
    await at(0, () => auth.register(newAccount()))
    await at(800, () => call(api.accounts.me.$get()))
    expect(network.count(REFRESH)).toBe(0)
    await at(1000, () => call(api.accounts.me.$get()))
    expect(network.count(REFRESH)).toBe(1)
  })
})
