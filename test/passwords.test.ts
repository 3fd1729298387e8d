import { env } from 'cloudflare:workers'
import { dictionary } from '@zxcvbn-ts/language-common'
import bcrypt from 'bcryptjs'
import { beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest'
import djangos from '../scripts/common-passwords-of-django.txt?raw'
import { passwordFault } from '../src/accounts/password-policy.ts'
import { fieldsAtFault, ok, problem, send } from './support/api.ts'
import { PASSWORD } from './support/secrets.ts'
import { register } from './support/world.ts'

let compare: MockInstance<typeof bcrypt.compare>
let hash: MockInstance<typeof bcrypt.hash>
beforeEach(() => {
  compare = vi.spyOn(bcrypt, 'compare')
  hash = vi.spyOn(bcrypt, 'hash')
})

const signIn = (email: string, password = PASSWORD, bindings = {}) =>
  send('/api/accounts/login', { body: { email, password }, env: bindings })
const signUp = (password: string, names = { email: 'policy@example.com', username: 'policymaker' }) =>
  send('/api/accounts/register', { body: { ...names, password } })
const hashOf = (id: number) =>
  env.DB.prepare('SELECT password_hash FROM users WHERE id = ?').bind(id).first<string>('password_hash')

describe('A login', () => {
  it('compares exactly once for an unknown email, a wrong password and a disabled account, at the same cost (7.2, 6.1)', async () => {
    const [person, disabled] = [await register(), await register()]
    await env.DB.prepare('UPDATE users SET disabled_at = 1 WHERE id = ?').bind(disabled.id).run()
    for (const attempt of [
      () => signIn('unknown@example.com'),
      () => signIn(person.email, 'not the password'),
      () => signIn(disabled.email),
    ]) {
      compare.mockClear()
      await problem(attempt(), 401, 'invalid_credentials')
      expect(compare).toHaveBeenCalledTimes(1)
      expect(compare.mock.calls[0]?.[1]).toMatch(/^\$2b\$04\$[./A-Za-z0-9]{53}$/)
    }
  })

  it('tells nothing of a disabled account, not by its throttle either, however often the right password is sent', async () => {
    const [disabled, active] = [await register(), await register()]
    await env.DB.prepare('UPDATE users SET disabled_at = 1 WHERE id = ?').bind(disabled.id).run()
    const statuses = async (email: string, password: string) => {
      const answers = []
      for (let i = 0; i < 11; i += 1)
        answers.push((await signIn(email, password, { RATE_LIMIT: 'on' })).status)
      return answers
    }
    expect(await statuses(disabled.email, PASSWORD)).toEqual([...Array(10).fill(401), 429])
    expect(await statuses(active.email, 'not the password')).toEqual([...Array(10).fill(401), 429])
  })

  it('succeeds ten times at once while the first of them renews the hash', async () => {
    const person = await register()
    const logins = Array.from({ length: 10 }, () => signIn(person.email, PASSWORD, { BCRYPT_COST: '5' }))
    for (const answer of await Promise.all(logins)) expect(answer.status).toBe(200)
  })

  it('compares nothing once the network is throttled', async () => {
    const options = {
      body: { email: 'guess@example.com', password: 'guess' },
      // Of its own, or the limit of logins across accounts would keep some from being counted.
      headers: { 'CF-Connecting-IP': '192.0.2.1' },
      env: { RATE_LIMIT: 'on' },
    }
    for (let i = 0; i < 10; i += 1) await send('/api/accounts/login', options)
    compare.mockClear()
    await problem(send('/api/accounts/login', options), 429, 'rate_limited')
    expect(compare).not.toHaveBeenCalled()
  })

  it('renews a hash of lower cost, and only then', async () => {
    const person = await register()
    const dearer = { BCRYPT_COST: '5' }
    await problem(signIn(person.email, 'not the password', dearer), 401, 'invalid_credentials')
    expect(await hashOf(person.id)).toMatch(/^\$2b\$04\$/)
    await ok(signIn(person.email, PASSWORD, dearer))
    const renewed = await hashOf(person.id)
    expect(renewed).toMatch(/^\$2b\$05\$/)
    await ok(signIn(person.email, PASSWORD, dearer))
    expect(await hashOf(person.id)).toBe(renewed)
    await ok(signIn(person.email))
    expect(await hashOf(person.id)).toBe(renewed)
  })

  it('never shows bcrypt the password itself', async () => {
    await signIn('unknown@example.com', PASSWORD)
    for (const [digest] of compare.mock.calls) expect(digest).toMatch(/^[A-Za-z0-9+/]{64}$/)
  })
})

describe('A password', () => {
  it('is looked at in a time that grows with its length, not with the square of it', () => {
    const names = [`a${'1'.repeat(1_000_000)}a`]
    expect(passwordFault('difference engine', names)).toBeUndefined()
    expect(passwordFault(`a${'1'.repeat(1_000_000)}a`, ['ada'])).toBeUndefined()
  })

  it.each([
    ['common', 'Password123'],
    ['common in any case', 'ILOVEYOU1'],
    ['common by another list', 'princess1'],
    ['a short repetition', 'abcabcabc'],
    ['nothing but spaces', '        '],
    ['a repetition of five characters', 'xqzkvxqzkv'],
    ['a run of keys', '987654321'],
    ['our name with digits', 'DevCollab2026!'],
    ['the own email', 'policy@example.com'],
    ['the own username with digits', '1policymaker1'],
    ['the own username with signs', '<policymaker>!'],
    ['the part of the email before the @', 'policy2026'],
  ])('is refused with a message that helps: %s (ASVS 6.2.4, 6.2.11)', async (_, password) => {
    const answer = await signUp(password)
    const { errors } = await problem(answer, 422, 'validation_failed')
    expect(errors).toEqual([
      { pointer: '/password', message: expect.stringMatching(/must not be|tried first/) },
    ])
  })

  it('is refused if it is among the most common ones of either list (ASVS 6.2.4)', () => {
    const lists = [dictionary['passwords-common']?.slice(0, 10_000) ?? [], djangos.split('\n')]
      .flat()
      .map(String)
    // Not what a wrong encoding has made of some.
    const common = new Set(lists.filter((password) => /^[\x21-\x7e]{8,}$/.test(password)))
    expect(common.size).toBeGreaterThan(3000)
    expect([...common].filter((password) => passwordFault(password, []) === undefined)).toEqual([])
  })

  it('may be made of anything: spaces, emoji, one letter only (ASVS 6.2.5)', async () => {
    for (const [i, password] of [
      '        x',
      '🔥🦊🌍🎈🔥🦊🌍🎈',
      'ü'.repeat(64),
      'a\u0000b\u0000c\u0000d\u0000e',
    ].entries()) {
      const names = { email: `any-${i}@example.com`, username: `any-${i}` }
      await ok(signUp(password, names), 201)
      await ok(signIn(names.email, password))
    }
  })

  it('may have one or two letters of a short email in it', async () => {
    for (const [i, [email, password]] of [
      ['j@example.com', '8847-3321-9983-j'],
      ['x@example.com', '(7#4)x[9]{2}-55=81'],
      ['li@example.com', '2024!li!8873!44'],
    ].entries()) {
      await ok(signUp(password ?? '', { email: email ?? '', username: `short-${i}` }), 201)
    }
  })

  it('has 8 to 256 code points', async () => {
    expect(await fieldsAtFault(signUp('🔥🦊🌍🎈🔥🦊🌍'))).toEqual(['/password'])
    expect(await fieldsAtFault(signUp('🔥'.repeat(257)))).toEqual(['/password'])
    await ok(signUp('🔥'.repeat(256), { email: 'limit@example.com', username: 'limit' }), 201)
    await problem(signIn('limit@example.com', `${'🔥'.repeat(255)}🦊`), 401, 'invalid_credentials')
  })

  it('is told from one that bcrypt alone would take for it: past 72 bytes and past a NUL (ASVS 6.2.8)', async () => {
    const long = 'x'.repeat(80)
    await ok(signUp(`${long}1`, { email: 'past72@example.com', username: 'past72' }), 201)
    await problem(signIn('past72@example.com', `${long}2`), 401, 'invalid_credentials')
    await ok(signUp('before\u0000after', { email: 'nul@example.com', username: 'past-nul' }), 201)
    await problem(signIn('nul@example.com', 'before\u0000other'), 401, 'invalid_credentials')
  })

  it('is hashed once for a registration, and for a change, at the cost of the settings', async () => {
    const { access: token } = await ok(signUp(PASSWORD, { email: 'cost@example.com', username: 'cost' }), 201)
    const body = { currentPassword: PASSWORD, newPassword: PASSWORD }
    await ok(send('/api/accounts/me/password', { token, body, env: { BCRYPT_COST: '4' } }))
    expect(hash.mock.calls.map(([, cost]) => cost)).toEqual([4, 4])
  })

  it('is hashed at cost 10 where the settings name none', async () => {
    const body = { email: 'usual@example.com', username: 'usual-cost', password: PASSWORD }
    await ok(send('/api/accounts/register', { body, env: { BCRYPT_COST: undefined } }), 201)
    expect(hash.mock.calls.map(([, cost]) => cost)).toEqual([10])
  })
})
