import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  type Client,
  call,
  localStorageStorage,
  memoryStorage,
  type TokenStorage,
} from '../src/client/index.ts'
import { newAccount, open, revoke, signedUp, signedUpAnHourAgo, slowStorage } from './support/client.ts'
import { later } from './support/clock.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

function browserStorage(full = false) {
  const items = new Map<string, string>()
  return {
    items,
    getItem: (key: string) => items.get(key) ?? null,
    setItem(key: string, value: string) {
      if (full) throw new Error('QuotaExceededError')
      items.set(key, value)
    },
    removeItem: (key: string) => void items.delete(key),
  }
}

const fail = () => {
  throw new Error('The storage is broken.')
}

const BROKEN: [string, Partial<TokenStorage>][] = [
  ['throws when read', { get: fail }],
  ['throws when written', { set: fail }],
  ['throws when cleared', { clear: fail }],
  ['throws at everything', { get: fail, set: fail, clear: fail }],
  ['rejects when read', { get: async () => fail() }],
  ['rejects when written', { set: async () => fail() }],
]

describe('A storage that', () => {
  it.each(BROKEN)('%s is replaced by memory for the session', async (_, broken) => {
    const { api, auth, network, signedOut } = open({ storage: { ...memoryStorage(), ...broken } })
    const account = newAccount()
    const user = await auth.register(account)
    expect(await auth.session()).toEqual(user)
    await later(1000, () => call(api.accounts.me.$get()))
    expect(network.count('POST /api/accounts/refresh')).toBe(1)
    await later(2000, () => call(api.accounts.me.$get()))
    await auth.logout()
    expect(await auth.session()).toBeNull()
    expect(await auth.login(account)).toEqual(user)
    expect(await auth.session()).toEqual(user)
    expect(signedOut.times).toBe(0)
  })

  it('breaks in the middle of a session does not end it', async () => {
    const storage = memoryStorage()
    const { user } = await signedUp({ storage })
    const { api } = open({ storage })
    await call(api.accounts.me.$get())
    Object.assign(storage, { get: fail, set: fail })
    expect(await later(1000, () => call(api.accounts.me.$get()))).toEqual(user)
  })

  it('breaks after another tab has emptied it brings nobody back', async () => {
    const storage = memoryStorage()
    const { auth, network } = await signedUp({ storage })
    await auth.session()
    await storage.clear()
    expect(await auth.session()).toBeNull()
    Object.assign(storage, { get: fail })
    const asked = network.record.length
    expect(await auth.session()).toBeNull()
    expect(network.record).toHaveLength(asked)
  })

  it('is full keeps no spent token', async () => {
    const storage = memoryStorage()
    const { api, user } = await signedUpAnHourAgo({ storage })
    Object.assign(storage, { set: fail })
    expect(await call(api.accounts.me.$get())).toEqual(user)
    expect(await storage.get()).toBeNull()
  })
})

/** Asks who is signed in, again and again until it is done. */
async function watched({ auth }: Pick<Client, 'auth'>, doing: Promise<unknown>): Promise<void> {
  let isDone = false
  const done = doing.finally(() => {
    isDone = true
  })
  while (!isDone) await auth.session()
  await done
  await auth.session()
}

describe('A storage that takes its time', () => {
  it('does not make a sign-in pass for an end of the session', async () => {
    const tab = open({ storage: slowStorage() })
    await watched(tab, tab.auth.register(newAccount()))
    expect(await tab.auth.session()).not.toBeNull()
    expect(tab.signedOut.times).toBe(0)
  })

  it('does not make an own logout pass for an end from elsewhere', async () => {
    const tab = await signedUp({ storage: slowStorage() })
    await watched(tab, tab.auth.logout())
    expect(await tab.auth.session()).toBeNull()
    expect(tab.signedOut.times).toBe(0)
  })

  it('does not make an own deletion of the account pass for an end from elsewhere', async () => {
    const tab = await signedUp({ storage: slowStorage() })
    await watched(tab, tab.auth.deleteAccount({ password: tab.account.password }))
    expect(await tab.auth.session()).toBeNull()
    expect(tab.signedOut.times).toBe(0)
  })

  it('lets an end from elsewhere be told once', async () => {
    const tab = await signedUp({ storage: slowStorage() })
    await revoke(tab)
    await watched(tab, tab.auth.session())
    expect(tab.signedOut.times).toBe(1)
  })
})

describe('localStorageStorage', () => {
  it('keeps somebody signed in beyond a reload', async () => {
    vi.stubGlobal('localStorage', browserStorage())
    const { user } = await signedUp({ storage: localStorageStorage() })
    expect(await open({ storage: localStorageStorage() }).auth.session()).toEqual(user)
    expect(await open({ storage: localStorageStorage('another') }).auth.session()).toBeNull()
  })

  it('leaves nothing behind after a logout', async () => {
    const localStorage = browserStorage()
    vi.stubGlobal('localStorage', localStorage)
    const { auth } = await signedUp({ storage: localStorageStorage() })
    expect(localStorage.items.size).toBe(1)
    await auth.logout()
    expect(localStorage.items.size).toBe(0)
  })

  it.each(['', 'no JSON', '{}', '[]', '1', '{"access":1}'])('takes %j for nobody', async (text) => {
    const localStorage = browserStorage()
    localStorage.items.set('devcollab.tokens', text)
    vi.stubGlobal('localStorage', localStorage)
    const { auth, network } = open({ storage: localStorageStorage() })
    expect(await auth.session()).toBeNull()
    expect(network.record).toEqual([])
    const user = await auth.register(newAccount())
    expect(await auth.session()).toEqual(user)
  })

  it('serves from memory where there is none', async () => {
    vi.stubGlobal('localStorage', undefined)
    const { auth, user } = await signedUp({ storage: localStorageStorage() })
    expect(await auth.session()).toEqual(user)
  })

  it('serves from memory where it is full', async () => {
    vi.stubGlobal('localStorage', browserStorage(true))
    const { auth, user } = await signedUp({ storage: localStorageStorage() })
    expect(await auth.session()).toEqual(user)
  })
})
