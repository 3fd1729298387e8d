import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { fieldsAtFault, ok, problem, send } from './support/api.ts'
import { counting, NO_OPERATIONS } from './support/bindings.ts'
import { later } from './support/clock.ts'
import { logged } from './support/logs.ts'
import { PASSWORD } from './support/secrets.ts'
import { claimsOf, login, type Person, register } from './support/world.ts'

const signUp = (body: Record<string, unknown>) =>
  send('/api/accounts/register', { body: { password: PASSWORD, ...body } })
const signIn = (email: string, password = PASSWORD) =>
  send('/api/accounts/login', { body: { email, password } })
const refresh = (token: string) => send('/api/accounts/refresh', { body: { refresh: token } })
const logout = (token: string) => send('/api/accounts/logout', { body: { refresh: token } })
const me = (person: { access: string }) => send('/api/accounts/me', { token: person.access })

const sessionOf = (person: Person) =>
  env.DB.prepare('SELECT * FROM sessions WHERE id = ?').bind(claimsOf(person.refresh).sid).first()

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

  it('refuses an email already taken, whatever its case', async () => {
    const { email } = await register()
    await problem(signUp({ email: email.toUpperCase(), username: 'somebody-else' }), 409, 'email_taken')
  })

  it('refuses a username already taken, whatever its case', async () => {
    const { username } = await register()
    await problem(
      signUp({ email: 'other@example.com', username: username.toUpperCase() }),
      409,
      'username_taken',
    )
  })

  it('names every field at fault at once', async () => {
    const fields = await fieldsAtFault(
      signUp({ email: 'nobody', username: '-x', password: 'short', displayName: 'x'.repeat(81) }),
    )
    expect(fields.toSorted()).toEqual(['/displayName', '/email', '/password', '/username'])
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

describe('POST /api/accounts/refresh', () => {
  it('gives a new pair of the same session', async () => {
    const person = await register()
    const pair = await ok(refresh(person.refresh))
    expect(pair).toEqual({ access: expect.any(String), refresh: expect.any(String), expiresIn: 900 })
    expect(claimsOf(pair.refresh)).toMatchObject({ sid: claimsOf(person.refresh).sid, cnt: 1 })
    await ok(me(pair))
    await ok(refresh(pair.refresh))
  })

  it('gives the same session again to a token spent less than ten seconds ago', async () => {
    const person = await register()
    await ok(refresh(person.refresh))
    await later(9, async () => {
      const again = await ok(refresh(person.refresh))
      expect(claimsOf(again.refresh).cnt).toBe(1)
      await ok(refresh(again.refresh))
    })
  })

  it('ends the session when a token is spent again later', async () => {
    const person = await register()
    const pair = await ok(refresh(person.refresh))
    await later(11, () => problem(refresh(person.refresh), 401, 'token_revoked'))
    expect(logged).toContainEqual(expect.objectContaining({ event: 'refresh_reused' }))
    await problem(refresh(pair.refresh), 401, 'token_revoked')
    await problem(me(pair), 401, 'unauthenticated')
  })

  it('ends the session when a token two rotations old is spent', async () => {
    const person = await register()
    const second = await ok(refresh(person.refresh))
    const third = await ok(refresh(second.refresh))
    await problem(refresh(person.refresh), 401, 'token_revoked')
    await problem(refresh(third.refresh), 401, 'token_revoked')
  })

  it('moves the end of an idle session, but not past its absolute limit', async () => {
    const limits = { REFRESH_TTL_SECONDS: '100', SESSION_TTL_SECONDS: '150' }
    const body = await ok(
      send('/api/accounts/register', {
        body: { email: 'idle@example.com', username: 'idle', password: PASSWORD },
        env: limits,
      }),
      201,
    )
    const start = claimsOf(body.refresh).iat
    expect(claimsOf(body.refresh).exp).toBe(start + 100)
    const spend = (token: string) => send('/api/accounts/refresh', { body: { refresh: token }, env: limits })
    const second = await later(90, () => ok(spend(body.refresh)))
    expect(claimsOf(second.refresh).exp).toBe(start + 150)
    expect(second.expiresIn).toBeLessThanOrEqual(60)
    await later(151, () => problem(spend(second.refresh), 401, 'unauthenticated'))
  })

  it('refuses a token that was not used for its whole life', async () => {
    const { refresh: token } = await register()
    await later(14 * 24 * 3600 + 1, () => problem(refresh(token), 401, 'unauthenticated'))
  })

  it('gives nothing to a disabled user', async () => {
    const person = await register()
    await env.DB.prepare('UPDATE users SET disabled_at = 1 WHERE id = ?').bind(person.id).run()
    await problem(refresh(person.refresh), 401, 'token_revoked')
    await problem(me(person), 401, 'unauthenticated')
  })

  it('looks at KV first: what is on its blacklist is refused without a trip to D1, which may say otherwise', async () => {
    const person = await register()
    await logout(person.refresh)
    const { sid } = claimsOf(person.refresh)
    await env.DB.prepare('UPDATE sessions SET revoked_at = NULL WHERE id = ?').bind(sid).run()
    const { env: bindings, operations } = counting()
    const body = { refresh: person.refresh }
    await problem(send('/api/accounts/refresh', { body, env: bindings }), 401, 'token_revoked')
    expect(operations).toEqual({ ...NO_OPERATIONS, kvReads: 1 })
  })

  it('gives nothing to a deleted user', async () => {
    const person = await register()
    await env.DB.prepare('DELETE FROM users WHERE id = ?').bind(person.id).run()
    await problem(refresh(person.refresh), 401, 'token_revoked')
    await problem(me(person), 401, 'unauthenticated')
  })
})

describe('POST /api/accounts/logout', () => {
  it('ends the session: its refresh and its access token are refused at once', async () => {
    const person = await register()
    expect((await logout(person.refresh)).status).toBe(204)
    await problem(refresh(person.refresh), 401, 'token_revoked')
    await problem(me(person), 401, 'unauthenticated')
  })

  it('is 204 a second time', async () => {
    const person = await register()
    await logout(person.refresh)
    expect((await logout(person.refresh)).status).toBe(204)
  })

  it('works without an access token, and with a spent refresh token', async () => {
    const person = await register()
    const pair = await ok(refresh(person.refresh))
    expect((await logout(person.refresh)).status).toBe(204)
    await problem(refresh(pair.refresh), 401, 'token_revoked')
  })

  it('is 204 for a genuine token that has expired', async () => {
    const person = await register()
    await later(15 * 24 * 3600, async () => expect((await logout(person.refresh)).status).toBe(204))
  })

  it('refuses what is no refresh token', async () => {
    const person = await register()
    await problem(logout('junk'), 401, 'unauthenticated')
    await problem(logout(person.access), 401, 'unauthenticated')
    await ok(me(person))
  })

  it('leaves the other sessions of the user alone', async () => {
    const person = await register()
    const other = await login(person)
    await logout(person.refresh)
    await ok(me(other))
    await ok(refresh(other.refresh))
  })

  it('puts the session on the blacklist until its last refresh token expires', async () => {
    const person = await register()
    await logout(person.refresh)
    const { keys } = await env.TOKEN_BLACKLIST.list()
    const { sid, exp } = claimsOf(person.refresh)
    const entry = keys.find(({ name }) => name.endsWith(sid))
    expect(Math.abs((entry?.expiration ?? 0) - exp)).toBeLessThanOrEqual(2)
    expect((await sessionOf(person))?.revoked_at).toBeGreaterThan(0)
  })
})
