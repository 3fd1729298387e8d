import { abortAllDurableObjects, createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import worker from '../src/index.ts'
import { ORIGIN, ok, problem, type Send, send } from './support/api.ts'
import { brokenKv, losing, wrapped } from './support/bindings.ts'
import { PASSWORD } from './support/secrets.ts'
import { claimsOf, login, type Person, register } from './support/world.ts'

const NEW_PASSWORD = 'quite a long password for tests, the second'

const me = (person: { access: string }) => send('/api/accounts/me', { token: person.access })
const refresh = (token: string, bindings = {}) =>
  send('/api/accounts/refresh', { body: { refresh: token }, env: bindings })
const logout = (token: string, bindings = {}) =>
  send('/api/accounts/logout', { body: { refresh: token }, env: bindings })

/** Every request that changes an account or its sessions. */
const CHANGES: [string, (person: Person) => [string, Send]][] = [
  ['a login', (person) => ['/api/accounts/login', { body: { email: person.email, password: PASSWORD } }]],
  ['a refresh', (person) => ['/api/accounts/refresh', { body: { refresh: person.refresh } }]],
  ['a logout', (person) => ['/api/accounts/logout', { body: { refresh: person.refresh } }]],
  ['a logout everywhere', (person) => ['/api/accounts/logout-all', { method: 'POST', token: person.access }]],
  [
    'the end of a session',
    (person) => [
      `/api/accounts/sessions/${claimsOf(person.refresh).sid}`,
      { method: 'DELETE', token: person.access },
    ],
  ],
  [
    'a password change',
    (person) => [
      '/api/accounts/me/password',
      { token: person.access, body: { currentPassword: PASSWORD, newPassword: NEW_PASSWORD } },
    ],
  ],
  [
    'a deletion',
    (person) => [
      '/api/accounts/me',
      { method: 'DELETE', token: person.access, body: { password: PASSWORD } },
    ],
  ],
]

/** Rows that belong to nobody, or lack what belongs to them. */
const orphans = () =>
  env.DB.prepare(
    `SELECT (SELECT count(*) FROM users WHERE id NOT IN (SELECT user_id FROM profiles))
      + (SELECT count(*) FROM profiles WHERE user_id NOT IN (SELECT id FROM users))
      + (SELECT count(*) FROM sessions WHERE user_id NOT IN (SELECT id FROM users)) AS n`,
  ).first<number>('n')

/** What D1 says of a session is what an access token gets. */
async function expectAsD1Says(person: Person) {
  const alive = await env.DB.prepare('SELECT id FROM sessions WHERE id = ? AND revoked_at IS NULL')
    .bind(claimsOf(person.refresh).sid)
    .first()
  expect((await me(person)).status).toBe(alive ? 200 : 401)
}

describe.each(CHANGES)('When D1 is lost during %s', (name, request) => {
  it.each([
    [1, 'there'],
    [1, 'back'],
    [2, 'there'],
    [2, 'back'],
  ] as const)(
    'on trip %i %s, the answer is 503, nothing is half done and trying again is safe',
    async (trip, way) => {
      const person = await register()
      const other = await login(person)
      const [path, options] = request(person)
      const answer = await send(path, { ...options, env: { DB: losing(trip, way) } })
      // Only some make a second trip.
      if (answer.status >= 400) await problem(answer, 503, 'unavailable')
      else expect(trip, name).toBe(2)
      expect(await orphans()).toBe(0)
      await expectAsD1Says(person)
      await expectAsD1Says(other)
      const again = await send(path, options)
      expect(again.status, await again.text()).toBeLessThan(500)
      expect(await orphans()).toBe(0)
      await expectAsD1Says(person)
      await expectAsD1Says(other)
    },
  )
})

describe('When D1 is lost during a registration', () => {
  it.each(['there', 'back'] as const)('on the way %s, there is a whole user or none', async (way) => {
    const body = { email: `lost-${way}@example.com`, username: `lost-${way}`, password: PASSWORD }
    await problem(send('/api/accounts/register', { body, env: { DB: losing(1, way) } }), 503, 'unavailable')
    expect(await orphans()).toBe(0)
    const again = await send('/api/accounts/register', { body })
    expect(again.status).toBe(way === 'there' ? 201 : 409)
    await ok(send('/api/accounts/login', { body }))
  })
})

describe('When the blacklist', () => {
  /** A KV that answers every read from long ago: nothing has ever been put. */
  const stale = { TOKEN_BLACKLIST: wrapped(env.TOKEN_BLACKLIST, { get: async () => null }) }

  it('knows nothing yet, an ended session is refused all the same', async () => {
    const person = await register()
    await logout(person.refresh)
    await problem(refresh(person.refresh, stale), 401, 'token_revoked')
    await problem(send('/api/accounts/me', { token: person.access, env: stale }), 401, 'unauthenticated')
  })

  it('does not take a put, every way to end a session still ends it', async () => {
    for (const [name, request] of CHANGES.slice(2)) {
      const person = await register()
      const [path, options] = request(person)
      const answer = await send(path, { ...options, env: { TOKEN_BLACKLIST: brokenKv } })
      expect(answer.status, name).toBeLessThan(300)
      await problem(refresh(person.refresh), 401, 'token_revoked')
      await problem(me(person), 401, 'unauthenticated')
    }
  })

  it('is slow, a logout does not wait for it', async () => {
    const person = await register()
    let put = () => {}
    const slow = wrapped(env.TOKEN_BLACKLIST, {
      put: () =>
        new Promise<void>((resolve) => {
          put = resolve
        }),
    })
    const context = createExecutionContext()
    const request = new Request(`${ORIGIN}/api/accounts/logout`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ refresh: person.refresh }),
    })
    const answer = await worker.fetch(request, { ...env, TOKEN_BLACKLIST: slow }, context)
    expect(answer.status).toBe(204)
    await problem(me(person), 401, 'unauthenticated')
    put()
    await waitOnExecutionContext(context)
  })
})

describe('When the Durable Object', () => {
  const broken = {
    PASSWORD_HASHER: wrapped(env.PASSWORD_HASHER, {
      getByName: () => ({
        hash: () => Promise.reject(new Error('Durable Object reset because its code was updated.')),
        verify: () => Promise.reject(new Error('Durable Object reset because its code was updated.')),
      }),
    }),
  }

  it('throws, the answer is 503 and nothing has changed', async () => {
    const person = await register()
    const registration = { email: 'never@example.com', username: 'never', password: PASSWORD }
    for (const [path, options] of [
      ['/api/accounts/register', { body: registration }] as [string, Send],
      ...CHANGES.filter(([name]) => /login|password|deletion/.test(name)).map(([, request]) =>
        request(person),
      ),
    ]) {
      await problem(send(path, { ...options, env: broken }), 503, 'unavailable')
    }
    await ok(me(person))
    await ok(login(person).then(me))
    await problem(send('/api/accounts/users/never'), 404, 'not_found')
  })

  it('restarts, the next login works', async () => {
    const person = await register()
    await abortAllDurableObjects()
    await ok(me(await login(person)))
  })
})
