import { afterEach, describe, expect, it, vi } from 'vitest'
import { call } from '../src/client/index.ts'
import { ok, problem, send } from './support/api.ts'
import { failureOf, newAccount, open, signedUp, signedUpAnHourAgo, tokensIn } from './support/client.ts'
import { browserLocks } from './support/locks.ts'

const ME = 'GET /api/accounts/me'
const REFRESH = 'POST /api/accounts/refresh'

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('Signing in', () => {
  it('waits for a refresh that is under way, which would bring back who was signed in', async () => {
    const { api, auth, network } = await signedUpAnHourAgo()
    const joining: ReturnType<typeof auth.register>[] = []
    network.next(REFRESH, async (deliver) => {
      const answer = await deliver()
      joining.push(auth.register(newAccount()))
      await vi.waitFor(() => expect(network.count('POST /api/accounts/register 201')).toBe(1))
      await new Promise((resolve) => setTimeout(resolve, 20))
      return answer
    })
    await call(api.accounts.me.$get())
    expect(await auth.session()).toEqual(await joining[0])
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

  it('is sent once where there are locks', async () => {
    vi.stubGlobal('navigator', { locks: browserLocks() })
    const { auth, account, user, network } = await signedUp()
    await auth.changePassword({ currentPassword: account.password, newPassword })
    expect(network.count('POST /api/accounts/me/password')).toBe(1)
    expect(await auth.session()).toEqual(user)
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
