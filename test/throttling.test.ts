import { listDurableObjectIds, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import bcrypt from 'bcryptjs'
import { describe, expect, it, vi } from 'vitest'
import type { PasswordHasher } from '../src/accounts/password-hasher.ts'
import { ok, problem, send } from './support/api.ts'
import { later } from './support/clock.ts'
import { PASSWORD } from './support/secrets.ts'
import { type Person, register } from './support/world.ts'

const WRONG = 'not the password'
const limits = { RATE_LIMIT: 'on' }

const signIn = (email: string, password: string, ip: string) =>
  send('/api/accounts/login', { body: { email, password }, headers: { 'CF-Connecting-IP': ip }, env: limits })

async function fail(times: number, email: string, ip: string) {
  for (let i = 0; i < times; i += 1) await problem(signIn(email, WRONG, ip), 401, 'invalid_credentials')
}

describe('Wrong passwords', () => {
  it('of one network for one account are refused after the tenth, with Retry-After', async () => {
    const { email } = await register()
    await fail(10, email, '192.0.2.1')
    const answer = await signIn(email, PASSWORD, '192.0.2.1')
    const seconds = Number(answer.headers.get('Retry-After'))
    await problem(answer, 429, 'rate_limited')
    expect(seconds).toBeGreaterThan(880)
    expect(seconds).toBeLessThanOrEqual(900)
    await later(901, () => ok(signIn(email, PASSWORD, '192.0.2.1')))
  })

  it('are refused for as long as Retry-After says, and no longer, from the first of them on', async () => {
    const { email } = await register()
    await fail(1, email, '192.0.2.11')
    const seconds = await later(600, async () => {
      await fail(9, email, '192.0.2.11')
      return Number((await signIn(email, PASSWORD, '192.0.2.11')).headers.get('Retry-After'))
    })
    expect(Math.abs(seconds - 300)).toBeLessThanOrEqual(2)
    await later(600 + seconds, () => ok(signIn(email, PASSWORD, '192.0.2.11')))
  })

  it('do not lock the owner out of another network', async () => {
    const { email } = await register()
    await fail(10, email, '192.0.2.2')
    await ok(signIn(email, PASSWORD, '198.51.100.2'))
  })

  it('count alike for an account that does not exist', async () => {
    await fail(10, 'ghost@example.com', '192.0.2.3')
    await problem(signIn('Ghost@Example.com', WRONG, '192.0.2.3'), 429, 'rate_limited')
  })

  it('count together for all addresses of an IPv6 /64, and apart for another', async () => {
    const { email } = await register()
    for (let i = 1; i <= 10; i += 1) await fail(1, email, `2001:db8:1:2::${i}`)
    await problem(signIn(email, PASSWORD, '2001:db8:1:2:ffff::1'), 429, 'rate_limited')
    await ok(signIn(email, PASSWORD, '2001:db8:1:3::1'))
  })

  it('count together for an IPv4 address, also where it is written as IPv6', async () => {
    const { email } = await register()
    await fail(10, email, '192.0.2.9')
    await problem(signIn(email, PASSWORD, '::ffff:192.0.2.9'), 429, 'rate_limited')
    await ok(signIn(email, PASSWORD, '::ffff:192.0.2.10'))
  })

  it('of one IPv6 /48 are refused after the fiftieth, from whichever of its /64s', async () => {
    const { email } = await register()
    const answers = []
    for (let i = 0; i < 51; i += 1) {
      const ip = `2001:db8:ffff:${i.toString(16)}::1`
      answers.push((await signIn(email, WRONG, ip)).status)
    }
    expect(answers).toEqual([...Array(50).fill(401), 429])
    await ok(signIn(email, PASSWORD, '2001:db8:fffe::1'))
  })

  it('let more right ones at once wait a second, not a quarter of an hour', async () => {
    const { email } = await register()
    const answers = await Promise.all(Array.from({ length: 12 }, () => signIn(email, PASSWORD, '192.0.2.8')))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10)
    for (const answer of answers.filter(({ status }) => status === 429)) {
      expect(answer.headers.get('Retry-After')).toBe('1')
    }
  })

  it('are forgiven when the right one follows', async () => {
    const { email } = await register()
    await fail(9, email, '192.0.2.4')
    await ok(signIn(email, PASSWORD, '192.0.2.4'))
    await fail(9, email, '192.0.2.4')
    await ok(signIn(email, PASSWORD, '192.0.2.4'))
  })

  it('are forgiven to the whole /48 when the right one follows', async () => {
    const { email } = await register()
    const site = (i: number) => `2001:db8:eeee:${i.toString(16)}::1`
    for (let i = 0; i < 49; i += 1) await fail(1, email, site(i))
    await ok(signIn(email, PASSWORD, site(49)))
    await fail(2, email, site(50))
  })

  it('sent all at once are not compared more than ten times', async () => {
    const { email } = await register()
    const answers = await Promise.all(Array.from({ length: 25 }, () => signIn(email, WRONG, '192.0.2.5')))
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(15)
  })

  it('count while they are compared, though others that were sent with them have been', async () => {
    const { email } = await register()
    const compare = vi.spyOn(bcrypt, 'compare')
    const { promise: isReleased, resolve: release } = Promise.withResolvers<boolean>()
    compare.mockImplementationOnce(() => isReleased)
    const held = signIn(email, WRONG, '192.0.2.12')
    await vi.waitUntil(() => compare.mock.calls.length === 1)
    await Promise.all(Array.from({ length: 9 }, () => fail(1, email, '192.0.2.12')))
    const answer = await signIn(email, WRONG, '192.0.2.12')
    expect([answer.status, answer.headers.get('Retry-After')]).toEqual([429, '1'])
    release(false)
    await problem(held, 401, 'invalid_credentials')
  })

  it('sent all at once from the /64s of one /48 are not compared more than fifty times', async () => {
    const { email } = await register()
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) => signIn(email, WRONG, `2001:db8:dddd:${i}::1`)),
    )
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(50)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(10)
  })

  it('are no longer under way when their comparison has failed', async () => {
    const check = { digest: 'x', cost: 4, networks: [{ name: '192.0.2.20', maxFailures: 1 }] }
    await runInDurableObject(env.PASSWORD_HASHER.getByName('fails'), async (hasher: PasswordHasher) => {
      const damaged = { ...check, passwordHash: 'x'.repeat(60) }
      await expect(hasher.verify(damaged)).rejects.toThrow('salt')
      const sound = { ...check, passwordHash: await hasher.hash(check.digest, check.cost) }
      expect(await hasher.verify(sound)).toMatchObject({ isMatch: true })
    })
  })

  it('count for a password change too', async () => {
    const person: Person = await register()
    const body = { currentPassword: WRONG, newPassword: 'something quite different' }
    const options = { token: person.access, body, headers: { 'CF-Connecting-IP': '192.0.2.6' }, env: limits }
    for (let i = 0; i < 10; i += 1) {
      await problem(send('/api/accounts/me/password', options), 401, 'invalid_credentials')
    }
    await problem(send('/api/accounts/me/password', options), 429, 'rate_limited')
  })

  it('survive a restart of the Durable Object and are forgotten by its alarm, each in its time', async () => {
    const before = new Set((await listDurableObjectIds(env.PASSWORD_HASHER)).map(String))
    await fail(1, 'restart@example.com', '192.0.2.7')
    const id = (await listDurableObjectIds(env.PASSWORD_HASHER)).find((each) => !before.has(String(each)))
    if (!id) throw new Error('The login made no object.')
    const stub = env.PASSWORD_HASHER.get(id)
    const entries = () => runInDurableObject(stub, (_, state) => [...state.storage.kv.list()])
    expect(await entries()).toEqual([['192.0.2.7', { count: 1, since: expect.any(Number) }]])
    const alarmAt = () => runInDurableObject(stub, (_, state) => state.storage.getAlarm())
    const due = await alarmAt()
    expect(due).toBeGreaterThan(Date.now() + 880_000)
    await later(600, () => fail(1, 'restart@example.com', '192.0.2.12'))
    expect(await alarmAt()).toBe(due)
    const alarm = (seconds: number) =>
      later(seconds, async () => expect(await runDurableObjectAlarm(stub)).toBe(true))
    await alarm(901)
    expect(await entries()).toEqual([['192.0.2.12', { count: 1, since: expect.any(Number) }]])
    await alarm(1802)
    expect(await entries()).toEqual([])
    await later(1802, async () => expect(await runDurableObjectAlarm(stub)).toBe(false))
  })
})

/** The names of the Durable Objects that a request asks. */
async function asked(act: (env: Record<string, unknown>) => Promise<Response>) {
  const names: string[] = []
  const getByName = (name: string) => {
    names.push(name)
    return env.PASSWORD_HASHER.getByName(name)
  }
  await act({ PASSWORD_HASHER: { getByName } })
  return names
}

describe('Registering', () => {
  it('with an email of somebody else keeps the Durable Object of that account free', async () => {
    const { email } = await register()
    const signUp = (ip: string, body: object) =>
      asked((env) =>
        send('/api/accounts/register', {
          body: { username: 'somebody-else', password: PASSWORD, ...body },
          headers: { 'CF-Connecting-IP': ip },
          env,
        }),
      )
    const ofAccount = await asked((env) =>
      send('/api/accounts/login', { body: { email, password: PASSWORD }, env }),
    )
    expect(ofAccount).toHaveLength(1)
    const ofSite = await signUp('2001:db8:cccc:1::1', { email })
    expect(ofSite).not.toEqual(ofAccount)
    expect(await signUp('2001:db8:cccc:2::1', { email: 'another@example.com' })).toEqual(ofSite)
    expect(await signUp('2001:db8:cccd:1::1', { email })).not.toEqual(ofSite)
    // The platform shows names to whoever looks at its logs: neither email nor address.
    for (const name of [...ofAccount, ...ofSite]) expect(name).toMatch(/^[0-9a-f]{64}$/)
  })
})

describe('A password change', () => {
  it('is compared and hashed by the Durable Object of the account', async () => {
    const { email, access: token } = await register()
    const [ofAccount] = await asked((env) =>
      send('/api/accounts/login', { body: { email, password: PASSWORD }, env }),
    )
    const body = { currentPassword: PASSWORD, newPassword: 'something quite different' }
    const changing = asked((env) => send('/api/accounts/me/password', { token, body, env }))
    expect(await changing).toEqual([ofAccount, ofAccount])
  })
})
