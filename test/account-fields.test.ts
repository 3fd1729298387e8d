import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { digestPassword, hashDigest } from '../src/accounts/passwords.ts'
import { fieldsAtFault, ok, send } from './support/api.ts'
import { type Person, register } from './support/world.ts'

let person: Person
beforeAll(async () => {
  person = await register()
})

const REGISTER = '/api/accounts/register'
const somebody = (fields: object) => ({
  email: 'somebody@example.com',
  username: 'somebody',
  password: 'not a common one',
  ...fields,
})

describe('a username', () => {
  it.each([
    '',
    'ab',
    'a'.repeat(31),
    '-abc',
    '_abc',
    'a b',
    'a.b.c',
    'abc\n',
    ' abc',
    'josé',
    '\u0430dam',
    '\uff41bcd',
    '🦀'.repeat(3),
    "a'--",
    'a/b',
    'a%00b',
    '<b>',
    'me',
    'ME',
    'admin',
    'Admin',
    'api',
    'Root',
    'null',
    'undefined',
    'devcollab',
  ])('is refused: %j', async (username) => {
    expect(await fieldsAtFault(send(REGISTER, { body: somebody({ username }) }))).toEqual(['/username'])
    const patch = { method: 'PATCH', token: person.access, body: { username } }
    expect(await fieldsAtFault(send('/api/accounts/me', patch))).toEqual(['/username'])
  })

  it.each(['abc', 'A-_', '0'.repeat(30), 'toString', '__proto__'.slice(2)])(
    'is accepted: %j',
    async (username) => {
      expect((await register({ username })).username).toBe(username)
    },
  )
})

describe('an email', () => {
  it.each([
    '',
    'plain',
    '@example.com',
    'a@',
    'a@b',
    'a b@example.com',
    'a@example..com',
    '.a@example.com',
    'a..b@example.com',
    'a@b@example.com',
    'a@example.com, b@example.com',
    'Somebody <a@example.com>',
    'a@example.com\nBcc: b@example.com',
    'a@exam ple.com',
    'a@-example.com',
    "a'--@example",
    'a\u0000@example.com',
    'a.@example.com',
    'a@example.c0m',
    'a@example.com-',
    `a@${'b'.repeat(64)}.com`,
    `${'a'.repeat(243)}@example.com`,
    `${'a@'.repeat(120)}example.com`,
  ])('is refused: %j', async (email) => {
    expect(await fieldsAtFault(send(REGISTER, { body: somebody({ email }) }))).toEqual(['/email'])
  })

  it.each(["o'neil+lists&more=%/#!$*?^`{|}~-_@ex-ample.co.uk", '1@2.io', 'b@xn--80ak6aa92e.xn--p1ai'])(
    'is accepted: %s',
    async (email) => {
      const username = `person-${email.length}`
      const { user } = await ok(send(REGISTER, { body: somebody({ email, username }) }), 201)
      expect(user.email).toBe(email)
    },
  )

  it('is stored without the spaces around it', async () => {
    const body = somebody({ email: ' spaced@example.com\t', username: 'spaced' })
    expect((await ok(send(REGISTER, { body }), 201)).user.email).toBe('spaced@example.com')
  })

  it('is accepted with 254 characters, and signs in whatever the case', async () => {
    const email = `${'a'.repeat(242)}@example.com`
    const { user } = await ok(send(REGISTER, { body: somebody({ email }) }), 201)
    expect(user.email).toBe(email)
    const credentials = { email: `  ${email.toUpperCase()} `, password: 'not a common one' }
    expect((await ok(send('/api/accounts/login', { body: credentials }))).user.id).toBe(user.id)
  })
})

describe('a password', () => {
  it.each([
    ['of 8 code points', '🦀'.repeat(8)],
    ['of 256 code points', '🦀'.repeat(256)],
    ['with NUL and control characters', 'a\u0000b\u0007c\r\u0085 and more'],
    ['with spaces around it', '   surrounded   '],
    ['that is not in NFC', 'Ame\u0301lie and more'],
  ])('is taken exactly as sent: one %s', async (how, password) => {
    const username = `p-${how.replace(/\W+/g, '').slice(-20)}`
    const email = `${username}@example.com`
    await ok(send(REGISTER, { body: { email, username, password } }), 201)
    await ok(send('/api/accounts/login', { body: { email, password } }))
    for (const other of [
      password.trim(),
      password.normalize('NFC'),
      password.split('\u0000')[0] as string,
      `${password} `,
    ]) {
      if (other === password) continue
      const answer = await send('/api/accounts/login', { body: { email, password: other } })
      expect([401, 422]).toContain(answer.status)
    }
  })
})

describe('an account from before a rule was tightened', () => {
  it('signs in, changes its password and goes, by what registration would refuse', async () => {
    const [email, old, older] = ['old..timer@localhost', 'short', 'brief']
    const { user } = await ok(send(REGISTER, { body: somebody({ username: 'old-timer' }) }), 201)
    const take = async (password: string) =>
      env.DB.prepare('UPDATE users SET email = ?, password_hash = ? WHERE id = ?')
        .bind(email, await hashDigest(await digestPassword(password), 4), user.id)
        .run()
    const signIn = async (password: string) =>
      (await ok(send('/api/accounts/login', { body: { email, password } }))).access
    await take(old)
    const change = { currentPassword: old, newPassword: 'something quite different' }
    await ok(send('/api/accounts/me/password', { token: await signIn(old), body: change }))
    await take(older)
    const removal = { method: 'DELETE', token: await signIn(older), body: { password: older } }
    await ok(send('/api/accounts/me', removal), 204)
  })
})

describe('a GitHub address', () => {
  it.each(['octocat', 'a', 'A-b-1', 'mona_octo', 'x'.repeat(39)])('may be of %s', async (name) => {
    const githubUrl = `https://github.com/${name}`
    const patch = { method: 'PATCH', token: person.access, body: { githubUrl } }
    expect((await ok(send('/api/accounts/me', patch))).profile.githubUrl).toBe(githubUrl)
  })

  it('is stored without the spaces around it', async () => {
    const patch = {
      method: 'PATCH',
      token: person.access,
      body: { githubUrl: ' https://github.com/spaced\n' },
    }
    const { profile } = await ok(send('/api/accounts/me', patch))
    expect(profile.githubUrl).toBe('https://github.com/spaced')
  })

  it.each([
    '',
    'somebody',
    'http://github.com/somebody',
    'https://github.com',
    'https://github.com/',
    'https://github.com.evil.example/somebody',
    'https://evil.example/https://github.com/somebody',
    'https://somebody@github.com/somebody',
    'https://github.com@evil.example/somebody',
    'https://github.com/somebody/project',
    'https://github.com/somebody?x=y',
    'https://github.com/some body',
    'https://github.com/../somebody',
    'https://github.com\\somebody',
    'javascript:alert("https://github.com/somebody")',
    'https://github.com/somebody\njavascript:alert(1)',
    `https://github.com/${'a'.repeat(5000)}`,
  ])('is refused: %j', async (githubUrl) => {
    const patch = { method: 'PATCH', token: person.access, body: { githubUrl } }
    expect(await fieldsAtFault(send('/api/accounts/me', patch))).toEqual(['/githubUrl'])
  })
})
