import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { fieldsAtFault, ok, problem, send } from './support/api.ts'
import { PASSWORD } from './support/secrets.ts'
import { claimsOf, login, register } from './support/world.ts'

const signUp = (body: Record<string, unknown>) =>
  send('/api/accounts/register', { body: { password: PASSWORD, ...body } })
const signIn = (email: string, password = PASSWORD) =>
  send('/api/accounts/login', { body: { email, password } })
const refresh = (token: string) => send('/api/accounts/refresh', { body: { refresh: token } })
const me = (person: { access: string }) => send('/api/accounts/me', { token: person.access })

describe('POST /api/accounts/register', () => {
  it('makes a user with a profile, signed in', async () => {
    const body = await ok(signUp({ email: 'Ada@Example.com', username: 'Ada', displayName: ' Ada L. ' }), 201)
    const { createdAt } = body.user
    expect(body).toEqual({
      user: {
        id: expect.any(Number),
        email: 'Ada@Example.com',
        username: 'Ada',
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        profile: {
          username: 'Ada',
          displayName: 'Ada L.',
          bio: '',
          skills: [],
          githubUrl: null,
          avatarUrl: null,
          joinedAt: createdAt,
        },
      },
      access: expect.any(String),
      refresh: expect.any(String),
      expiresIn: 900,
    })
    expect(await ok(me(body))).toEqual(body.user)
  })

  it('gives tokens that carry every claim', async () => {
    const person = await register()
    const access = claimsOf(person.access)
    const shared = {
      sub: String(person.id),
      sid: expect.any(String),
      jti: expect.any(String),
      iss: 'devcollab',
      aud: 'devcollab-api',
    }
    expect(access).toEqual({ ...shared, typ: 'access', iat: expect.any(Number), exp: access.iat + 900 })
    expect(claimsOf(person.refresh)).toEqual({
      ...shared,
      typ: 'refresh',
      cnt: 0,
      iat: access.iat,
      exp: access.iat + 14 * 24 * 3600,
    })
    expect(atob(access.sid.replaceAll('-', '+').replaceAll('_', '/'))).toHaveLength(32)
  })

  it('gives every token a jti of its own', async () => {
    const person = await register()
    const tokens = [person, await login(person), await ok(refresh(person.refresh))].flatMap(
      ({ access, refresh }) => [access, refresh],
    )
    expect(new Set(tokens.map((token) => claimsOf(token).jti)).size).toBe(6)
  })

  it('refuses an email already taken, whatever its case, and names the field', async () => {
    const { email } = await register()
    const attempt = signUp({ email: email.toUpperCase(), username: 'somebody-else' })
    expect(await fieldsAtFault(attempt, 409, 'email_taken')).toEqual(['/email'])
  })

  it('refuses a username already taken, whatever its case, and names the field', async () => {
    const { username } = await register()
    const attempt = signUp({ email: 'other@example.com', username: username.toUpperCase() })
    expect(await fieldsAtFault(attempt, 409, 'username_taken')).toEqual(['/username'])
  })

  it('names every field at fault at once, and the first three in words', async () => {
    const body = { email: 'nobody', username: '-x', password: 'short', displayName: 'x'.repeat(81) }
    const { detail, errors = [] } = await problem(signUp(body), 422, 'validation_failed')
    const fields = errors.map(({ pointer }) => pointer)
    expect(fields.toSorted()).toEqual(['/displayName', '/email', '/password', '/username'])
    expect(detail.split('; ')).toEqual(
      errors.slice(0, 3).map(({ pointer, message }) => `${pointer.slice(1)} ${message}`),
    )
  })

  it('refuses the email and the username as password', async () => {
    expect(
      await fieldsAtFault(
        signUp({ email: 'eve@example.com', username: 'evelyn42', password: 'EVE@example.com' }),
      ),
    ).toEqual(['/password'])
    expect(
      await fieldsAtFault(signUp({ email: 'eve@example.com', username: 'evelyn42', password: 'evelyn42' })),
    ).toEqual(['/password'])
  })

  it('refuses reserved usernames, whatever their case', async () => {
    expect(await fieldsAtFault(signUp({ email: 'a@example.com', username: 'Admin' }))).toEqual(['/username'])
  })

  it('stores the password as a bcrypt hash only', async () => {
    const { id } = await register()
    const user = await env.DB.prepare('SELECT password_hash FROM users WHERE id = ?')
      .bind(id)
      .first<{ password_hash: string }>()
    expect(user?.password_hash).toMatch(/^\$2b\$04\$.{53}$/)
  })
})

describe('POST /api/accounts/login', () => {
  it('signs in, whatever the case of the email', async () => {
    const person = await register()
    const body = await ok(signIn(person.email.toUpperCase()))
    expect(body).toMatchObject({ user: { id: person.id }, expiresIn: 900 })
    expect((await ok(me(body))).id).toBe(person.id)
  })

  it('answers an unknown email, a wrong password and a disabled account alike', async () => {
    const person = await register()
    const disabled = await register()
    await env.DB.prepare('UPDATE users SET disabled_at = 1 WHERE id = ?').bind(disabled.id).run()
    const answers = []
    for (const attempt of [
      signIn('nobody@example.com'),
      signIn(person.email, 'wrong'),
      signIn(disabled.email),
    ]) {
      const { requestId: _, ...body } = (await problem(attempt, 401, 'invalid_credentials')) as Record<
        string,
        unknown
      >
      answers.push(body)
    }
    expect(answers[1]).toEqual(answers[0])
    expect(answers[2]).toEqual(answers[0])
  })

  it('counts every character of a long password', async () => {
    const password = `${'ä'.repeat(255)}1`
    await ok(signUp({ email: 'long@example.com', username: 'long-one', password }), 201)
    await ok(signIn('long@example.com', password))
    await problem(signIn('long@example.com', `${'ä'.repeat(255)}2`), 401, 'invalid_credentials')
  })

  it('takes the password exactly as sent', async () => {
    const password = '  Spaces and CASE count  '
    await ok(signUp({ email: 'exact@example.com', username: 'exact-one', password }), 201)
    await ok(signIn('exact@example.com', password))
    for (const other of [password.trim(), password.toLowerCase(), `${password} `]) {
      await problem(signIn('exact@example.com', other), 401, 'invalid_credentials')
    }
  })
})
