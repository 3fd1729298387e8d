import { abortAllDurableObjects, createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import worker from '../src/index.ts'
import { ORIGIN, ok, problem, type Send, send } from './support/api.ts'
import { brokenKv, wrapped } from './support/bindings.ts'
import { PASSWORD } from './support/secrets.ts'
import { claimsOf, login, type Person, register } from './support/world.ts'

const NEW_PASSWORD = 'quite a long password for tests, the second'

const me = (person: { access: string }) => send('/api/accounts/me', { token: person.access })
const refresh = (token: string, bindings = {}) =>
  send('/api/accounts/refresh', { body: { refresh: token }, env: bindings })
const logout = (token: string, bindings = {}) =>
  send('/api/accounts/logout', { body: { refresh: token }, env: bindings })

/** Every request that ends a session. */
const ENDS: [string, (person: Person) => [string, Send]][] = [
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
    for (const [name, request] of ENDS) {
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
  it('restarts, the next login works', async () => {
    const person = await register()
    await abortAllDurableObjects()
    await ok(me(await login(person)))
  })
})
