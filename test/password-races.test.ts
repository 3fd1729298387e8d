import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { ok, problem, send } from './support/api.ts'
import { faulty } from './support/faults.ts'
import { PASSWORD } from './support/secrets.ts'
import { type Person, register } from './support/world.ts'

const NEW_PASSWORD = 'quite a long password for tests, the second'

/** Bindings whose answer that the password is right is held until `meanwhile` is over. */
const beforeIsTold = (meanwhile: () => Promise<unknown>) => faulty({ n: 2, kind: 'held back', meanwhile }).env

const signIn = (person: Person, password: string, bindings = {}) =>
  send('/api/accounts/login', { body: { email: person.email, password }, env: bindings })
const disable = (person: Person) =>
  env.DB.prepare('UPDATE users SET disabled_at = 1 WHERE id = ?').bind(person.id).run()
const change = ({ access: token }: Person) =>
  ok(
    send('/api/accounts/me/password', {
      token,
      body: { currentPassword: PASSWORD, newPassword: NEW_PASSWORD },
    }),
  )
const livingSessions = (person: Person) =>
  env.DB.prepare('SELECT count(*) AS n FROM sessions WHERE user_id = ? AND revoked_at IS NULL')
    .bind(person.id)
    .first<number>('n')

describe('A login', () => {
  it('starts no session of an account that is disabled while the password is compared', async () => {
    const person = await register()
    const bindings = beforeIsTold(() => disable(person))
    await problem(signIn(person, PASSWORD, bindings), 401, 'invalid_credentials')
    expect(await livingSessions(person)).toBe(1)
  })

  it('starts no session by a password that is changed while it is compared, and does not bring it back', async () => {
    const person = await register()
    const bindings = { ...beforeIsTold(() => change(person)), BCRYPT_COST: '5' }
    await problem(signIn(person, PASSWORD, bindings), 401, 'invalid_credentials')
    expect(await livingSessions(person)).toBe(1)
    await ok(signIn(person, NEW_PASSWORD))
  })
})

describe('DELETE /api/accounts/me', () => {
  it('deletes nothing by a password that is changed while it is compared', async () => {
    const person = await register()
    const options = { method: 'DELETE', token: person.access, body: { password: PASSWORD } }
    const bindings = beforeIsTold(() => change(person))
    await problem(send('/api/accounts/me', { ...options, env: bindings }), 401, 'unauthenticated')
    await ok(signIn(person, NEW_PASSWORD))
  })
})
