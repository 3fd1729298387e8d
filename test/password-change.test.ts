import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import worker from '../src/index.ts'
import { fieldsAtFault, ok, problem, send } from './support/api.ts'
import { counting } from './support/bindings.ts'
import { faulty } from './support/faults.ts'
import { logged } from './support/logs.ts'
import { PASSWORD } from './support/secrets.ts'
import { ask, claimsOf, decide, login, type Person, post, postWithMember, register } from './support/world.ts'

const NEW_PASSWORD = 'quite a long password for tests, the second'

const change = (person: Person, body: Record<string, unknown> = {}, bindings = {}) =>
  send('/api/accounts/me/password', {
    token: person.access,
    env: bindings,
    body: { currentPassword: PASSWORD, newPassword: NEW_PASSWORD, ...body },
  })
const remove = (person: Person, password = PASSWORD, bindings = {}) =>
  send('/api/accounts/me', { method: 'DELETE', token: person.access, body: { password }, env: bindings })
const signIn = (person: Person, password: string) =>
  send('/api/accounts/login', { body: { email: person.email, password } })
/** Bindings whose `n`th answer, which tells the hash, is held until a login has renewed it. */
function whileHashIsRenewed({ email }: Person, n = 1) {
  const meanwhile = () =>
    ok(send('/api/accounts/login', { body: { email, password: PASSWORD }, env: { BCRYPT_COST: '5' } }))
  return faulty({ n, kind: 'held back', meanwhile }).env
}
const me = (token: string) => send('/api/accounts/me', { token })

describe('POST /api/accounts/me/password', () => {
  it('changes the password and returns a pair of a new session', async () => {
    const person = await register()
    const tokens = await ok(change(person))
    expect(tokens).toEqual({ access: expect.any(String), refresh: expect.any(String), expiresIn: 900 })
    expect(claimsOf(tokens.refresh).sid).not.toBe(claimsOf(person.refresh).sid)
    await ok(me(tokens.access))
    await ok(send('/api/accounts/refresh', { body: { refresh: tokens.refresh } }))
    await ok(signIn(person, NEW_PASSWORD))
    await problem(signIn(person, PASSWORD), 401, 'invalid_credentials')
  })

  it('ends every other session, the one that asked included', async () => {
    const person = await register()
    const other = await login(person)
    await ok(change(person))
    for (const { access, refresh } of [person, other]) {
      await problem(me(access), 401, 'unauthenticated')
      await problem(send('/api/accounts/refresh', { body: { refresh } }), 401, 'token_revoked')
      expect(await env.TOKEN_BLACKLIST.get(`ended:${claimsOf(refresh).sid}`)).toBe('')
    }
  })

  it('needs the current password, and names the field', async () => {
    const person = await register()
    const attempt = change(person, { currentPassword: 'not my password' })
    expect(await fieldsAtFault(attempt, 401, 'invalid_credentials')).toEqual(['/currentPassword'])
    await ok(me(person.access))
    await ok(signIn(person, PASSWORD))
  })

  it('refuses a new password that is short, common or the own name', async () => {
    const person = await register()
    // Else the email would begin with it.
    const body = { username: 'another-name' }
    await ok(send('/api/accounts/me', { method: 'PATCH', token: person.access, body }))
    for (const newPassword of ['seven77', 'password123', person.email, 'Another-Name99']) {
      expect(await fieldsAtFault(change(person, { newPassword }))).toEqual(['/newPassword'])
    }
  })

  it('refuses a common password without comparing the current one, and names both if that is missing', async () => {
    const person = await register()
    const fields = fieldsAtFault(change(person, { currentPassword: undefined, newPassword: 'password123' }))
    expect(await fields).toEqual(['/currentPassword', '/newPassword'])
    const wrong = change(person, { currentPassword: 'not my password', newPassword: 'password123' })
    expect(await fieldsAtFault(wrong)).toEqual(['/newPassword'])
  })

  it('succeeds though a login renews the hash of the password meanwhile', async () => {
    const person = await register()
    // Two limiters are asked before.
    const answer = await change(person, {}, { ...whileHashIsRenewed(person, 3), RATE_LIMIT: 'on' })
    expect(answer.headers.get('RateLimit-Policy')?.match(/"password"/g)).toHaveLength(1)
    await ok(answer)
    await ok(signIn(person, NEW_PASSWORD))
  })

  it('lets one of ten changes at once win, whose pair is the only one that works', async () => {
    const person = await register()
    const passwords = Array.from({ length: 10 }, (_, i) => `${NEW_PASSWORD} ${i}`)
    const answers = await Promise.all(passwords.map((newPassword) => change(person, { newPassword })))
    const winners = answers.filter(({ status }) => status === 200)
    expect(winners).toHaveLength(1)
    for (const answer of answers) if (answer.status !== 200) expect(answer.status).toBe(401)
    const [winner] = winners
    if (!winner) throw new Error('Nobody won.')
    const { access } = await ok(winner)
    await ok(me(access))
    const logins = await Promise.all(passwords.map((password) => signIn(person, password)))
    expect(logins.map(({ status }) => status === 200)).toEqual(answers.map(({ status }) => status === 200))
  })
})

describe('DELETE /api/accounts/me', () => {
  const rowsOf = (person: Person) =>
    env.DB.prepare(
      `SELECT (SELECT count(*) FROM users WHERE id = ?1) + (SELECT count(*) FROM profiles WHERE user_id = ?1)
        + (SELECT count(*) FROM sessions WHERE user_id = ?1) + (SELECT count(*) FROM projects WHERE owner_id = ?1)
        + (SELECT count(*) FROM collaboration_requests WHERE requester_id = ?1 OR owner_id = ?1) AS n`,
    )
      .bind(person.id)
      .first('n')

  it('removes the account and everything of it, and nothing of others', async () => {
    const [person, other] = [await register(), await register()]
    const { projectId } = await postWithMember(person, other)
    const theirs = await post(other)
    await decide(other, await ask(person, theirs), 'accepted')
    expect((await remove(person)).status).toBe(204)
    expect(await rowsOf(person)).toBe(0)
    await problem(send(`/api/projects/${projectId}`), 404, 'not_found')
    await problem(send(`/api/accounts/users/${person.username}`), 404, 'not_found')
    const project = await ok(send(`/api/projects/${theirs}`))
    expect(project).toMatchObject({ collaboratorCount: 0, collaborators: [] })
    expect((await ok(send(`/api/projects?owner=${other.username}`))).items).toHaveLength(1)
  })

  it('ends every session at once and lets nobody sign in', async () => {
    const person = await register()
    const other = await login(person)
    await remove(person)
    for (const { access, refresh } of [person, other]) {
      await problem(me(access), 401, 'unauthenticated')
      await problem(send('/api/accounts/refresh', { body: { refresh } }), 401, 'token_revoked')
      expect(await env.TOKEN_BLACKLIST.get(`ended:${claimsOf(refresh).sid}`)).toBe('')
    }
    await problem(signIn(person, PASSWORD), 401, 'invalid_credentials')
  })

  it('tells the blacklist of sessions that were alive, and of no others', async () => {
    const person = await register()
    const [expired, ended] = [await login(person), await login(person)]
    const expire = env.DB.prepare('UPDATE sessions SET expires_at = ? WHERE id = ?')
    await expire.bind(Date.now() - 1, claimsOf(expired.refresh).sid).run()
    await send('/api/accounts/logout', { body: { refresh: ended.refresh } })
    const { env: bindings, operations } = counting()
    expect((await remove(person, PASSWORD, bindings)).status).toBe(204)
    expect(operations.kvWrites).toBe(1)
    expect(await env.TOKEN_BLACKLIST.get(`ended:${claimsOf(person.refresh).sid}`)).toBe('')
  })

  it('succeeds though a login renews the hash of the password meanwhile', async () => {
    const person = await register()
    expect((await remove(person, PASSWORD, whileHashIsRenewed(person))).status).toBe(204)
  })

  it('frees the email and the username, and no old token fits the new user', async () => {
    const person = await register()
    await remove(person)
    const again = await register({ username: person.username })
    expect(again.id).toBeGreaterThan(person.id)
    await problem(me(person.access), 401, 'unauthenticated')
  })

  it('needs the password, and names the field', async () => {
    const person = await register()
    const attempt = remove(person, 'not my password')
    expect(await fieldsAtFault(attempt, 401, 'invalid_credentials')).toEqual(['/password'])
    expect(
      await fieldsAtFault(send('/api/accounts/me', { method: 'DELETE', token: person.access, body: {} })),
    ).toEqual(['/password'])
    await ok(me(person.access))
  })

  it('removes the avatar from R2, by cron if R2 fails at first', async () => {
    const person = await register()
    await env.AVATARS.put('mine', 'picture')
    await env.DB.prepare("UPDATE profiles SET avatar_key = 'mine' WHERE user_id = ?").bind(person.id).run()
    const AVATARS = new Proxy(env.AVATARS, {
      get: (target, key) =>
        key === 'delete' ? () => Promise.reject(new Error('R2 is down')) : Reflect.get(target, key),
    })
    expect((await remove(person, PASSWORD, { AVATARS })).status).toBe(204)
    expect(logged).toContainEqual(expect.objectContaining({ event: 'avatars_not_removed' }))
    expect(await env.AVATARS.head('mine')).not.toBeNull()
    await worker.scheduled({ scheduledTime: Date.now() } as ScheduledController, env)
    expect(await env.AVATARS.head('mine')).toBeNull()
  })
})
