import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { send } from './support/api.ts'
import { Account, type ModelSession } from './support/session-model.ts'
import { claimsOf } from './support/world.ts'

const MINUTE = 60
const DAY = 24 * 60 * MINUTE

/** Which session and which of its tokens a step takes: any number, taken modulo what there is. */
const pick = fc.constantFrom(0, 0, 0, 1, 2, 3)
/** How many tokens of the session are newer: the current one and the one before are what it is about. */
const age = fc.constantFrom(0, 0, 0, 1, 1, 2, 3)

const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('login' as const), isRight: fc.boolean() }) },
  {
    weight: 12,
    arbitrary: fc.record({ kind: fc.constant('refresh' as const), session: pick, age }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('logout' as const), session: pick, age }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('logoutAll' as const), session: pick }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('endSession' as const), session: pick, other: pick }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('changePassword' as const),
      session: pick,
      isRight: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('register' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('delete' as const), session: pick, isRight: fc.boolean() }),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      seconds: fc.constantFrom(1, 8, 8, 12, 12, 14 * MINUTE, 16 * MINUTE, 10 * DAY, 15 * DAY, 60 * DAY),
    }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

let accounts = 0

/** Takes a step with the Worker and with the model, and expects the same of both. */
async function take(account: Account, action: Step): Promise<void> {
  const now = Date.now()
  const { email, username } = account
  const sessionAt = (index: number): ModelSession | undefined =>
    account.sessions[index % account.sessions.length]
  const as = (session: ModelSession | undefined, method: string, body?: unknown) => ({
    method,
    token: session?.access.at(-1)?.token ?? 'none',
    ...(body !== undefined && { body }),
  })
  const expectStatus = (answer: Response, status: number) =>
    expect({ ...action, status: answer.status }).toEqual({ ...action, status })
  const tokensOf = async (answer: Response) => (await answer.json()) as { access: string; refresh: string }

  switch (action.kind) {
    case 'wait':
      vi.setSystemTime(now + action.seconds * 1000)
      return
    case 'register': {
      const body = { email, username, password: account.password }
      const answer = await send('/api/accounts/register', { body })
      expectStatus(answer, account.isDeleted ? 201 : 409)
      if (account.isDeleted) account.registered(await tokensOf(answer), now)
      return
    }
    case 'login': {
      const password = action.isRight ? account.password : 'not the password'
      const answer = await send('/api/accounts/login', { body: { email, password } })
      const isWelcome = action.isRight && !account.isDeleted
      expectStatus(answer, isWelcome ? 200 : 401)
      if (isWelcome) account.began(await tokensOf(answer), now)
      return
    }
    case 'refresh': {
      const session = sessionAt(action.session)
      const token = session?.refresh.at(-1 - action.age)
      if (!session || !token) return
      const answer = await send('/api/accounts/refresh', { body: { refresh: token.token } })
      const isGiven = account.spends(session, token, now)
      expectStatus(answer, isGiven ? 200 : 401)
      if (isGiven) account.gave(session, await tokensOf(answer), now)
      return
    }
    case 'logout': {
      const session = sessionAt(action.session)
      const token = session?.refresh.at(-1 - action.age)
      if (!session || !token) return
      expectStatus(await send('/api/accounts/logout', { body: { refresh: token.token } }), 204)
      session.isOver = true
      return
    }
    case 'logoutAll': {
      const session = sessionAt(action.session)
      const isSignedIn = account.isSignedIn(session, now)
      expectStatus(await send('/api/accounts/logout-all', as(session, 'POST')), isSignedIn ? 204 : 401)
      if (isSignedIn) account.endAll()
      return
    }
    case 'endSession': {
      const [session, other] = [sessionAt(action.session), sessionAt(action.other)]
      if (!other) return
      const { sid } = claimsOf(other.refresh[0]?.token ?? '')
      const answer = await send(`/api/accounts/sessions/${sid}`, as(session, 'DELETE'))
      const isSignedIn = account.isSignedIn(session, now)
      expectStatus(answer, isSignedIn ? (account.isAlive(other, now) ? 204 : 404) : 401)
      if (isSignedIn) other.isOver = true
      return
    }
    case 'changePassword': {
      const session = sessionAt(action.session)
      const newPassword = `${account.password}+`
      const currentPassword = action.isRight ? account.password : 'not the password'
      const answer = await send(
        '/api/accounts/me/password',
        as(session, 'POST', { currentPassword, newPassword }),
      )
      const isChanged = action.isRight && account.isSignedIn(session, now)
      expectStatus(answer, isChanged ? 200 : 401)
      if (!isChanged) return
      account.endAll()
      account.password = newPassword
      account.began(await tokensOf(answer), now)
      return
    }
    case 'delete': {
      const session = sessionAt(action.session)
      const password = action.isRight ? account.password : 'not the password'
      const answer = await send('/api/accounts/me', as(session, 'DELETE', { password }))
      const isGone = action.isRight && account.isSignedIn(session, now)
      expectStatus(answer, isGone ? 204 : 401)
      if (isGone) account.deleted()
      return
    }
  }
}

/** Every access token ever given opens what the model says, and a living session lists those that live. */
async function compare(account: Account): Promise<void> {
  const now = Date.now()
  for (const session of account.sessions) {
    for (const access of session.access.slice(-2)) {
      const answer = await send('/api/accounts/sessions', { token: access.token })
      const isOpen = account.isAlive(session, now) && access.expiresAt > now
      expect(answer.status).toBe(isOpen ? 200 : 401)
      if (!isOpen) continue
      const { items } = (await answer.json()) as { items: { id: string }[] }
      const alive = account.sessions.filter((each) => account.isAlive(each, now))
      expect(items.map(({ id }) => id).sort()).toEqual(
        alive.map((each) => claimsOf(each.refresh[0]?.token ?? '').sid).sort(),
      )
    }
  }
}

describe('Sessions', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('behave like a small model of the contract, whatever happens in whatever order', {
    timeout: 600_000,
  }, async () => {
    const property = fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 14, size: 'max' }),
      async (steps) => {
        vi.setSystemTime(Date.UTC(2030, 0, 1))
        accounts += 1
        const account = new Account(`model-${accounts}`)
        await take(account, { kind: 'register' })
        for (const each of steps) {
          await take(account, each)
          await compare(account)
        }
      },
    )
    await fc.assert(property, { numRuns: 1000, ...(env.SEED ? { seed: Number(env.SEED) } : {}) })
  })
})
