import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { printable } from '../scripts/admin/stores.ts'
import { disable, enable, endOneSession, endSessionsOf, find, listSessions } from '../scripts/admin/users.ts'
import { ok, problem, send } from './support/api.ts'
import { brokenKv } from './support/bindings.ts'
import { insertUser } from './support/by-sql.ts'
import { operator, printed } from './support/operator.ts'
import { PASSWORD } from './support/secrets.ts'
import { claimsOf, login, type Person, postWithMember, register } from './support/world.ts'

const me = (person: Person) => send('/api/accounts/me', { token: person.access })
const refresh = (person: Person) => send('/api/accounts/refresh', { body: { refresh: person.refresh } })
const signIn = (person: Person) =>
  send('/api/accounts/login', { body: { email: person.email, password: PASSWORD } })
const sessionOf = (person: Person): string => claimsOf(person.access).sid
const isBlacklisted = async (person: Person) =>
  (await env.TOKEN_BLACKLIST.get(`ended:${sessionOf(person)}`)) !== null
const execute = (sql: string) => env.DB.prepare(sql).run()

describe('find', () => {
  it('shows a user by email, username or id, whatever the case', async () => {
    const [ada, ben] = [await register({ displayName: 'Ada L.' }), await register()]
    await postWithMember(ada, ben)
    for (const name of [ada.email.toUpperCase(), ada.username.toUpperCase(), String(ada.id)]) {
      expect(JSON.parse(await printed(find, name))).toMatchObject({
        id: ada.id,
        email: ada.email,
        username: ada.username,
        displayName: 'Ada L.',
        disabledAt: null,
        skills: [],
        projects: 1,
        requestsReceived: 1,
        requestsSent: 0,
        livingSessions: 1,
      })
    }
  })

  it('shows neither the hash of the password nor anything of a session', async () => {
    const ada = await register()
    const said = await printed(find, ada.email)
    const hash = await env.DB.prepare('SELECT password_hash FROM users WHERE id = ?').bind(ada.id).first()
    for (const secret of [String(hash?.password_hash), '$2b$', sessionOf(ada)])
      expect(said).not.toContain(secret)
  })

  it('says that there is nobody of that name, and takes no SQL for one', async () => {
    for (const name of ['nobody', '', "' OR 1 = 1 --", '%', '1e0', '-1']) {
      await expect(find(env, name, operator())).rejects.toThrow('There is no user')
    }
  })

  it('shows both where the name of one is the id of another, whom no change then takes for meant', async () => {
    const { id } = await insertUser()
    await insertUser(String(id).padStart(3, '0'))
    const named = await insertUser(String(id + 1000))
    await execute(`INSERT INTO users (id, email, username, password_hash, created_at)
      VALUES (${id + 1000}, 'other-${id}@example.com', 'other-${id}', 'none', 0)`)
    expect(await printed(find, named.username)).toContain(`other-${id}`)
    await expect(disable(env, named.username, operator())).rejects.toThrow('give an email')
    await disable(env, `other-${id}@example.com`, operator())
  })

  it('spells out what a terminal would obey', () => {
    expect(printable('a\u001b[31m\u202e\u009b2J\u2028é漢\n😀')).toBe(
      'a\\u{1b}[31m\\u{202e}\\u{9b}2J\\u{2028}é漢\n😀',
    )
  })
})

describe('disable and enable', () => {
  it('ends every session at once, and lets nobody in', async () => {
    const [ada, ben] = [await register(), await register()]
    const second = await login(ada)
    expect(await printed(disable, ada.email)).toContain(
      `Disabled user ${ada.id}, ${ada.username} and ended 2 sessions.`,
    )
    for (const session of [ada, second]) {
      await problem(me(session), 401, 'unauthenticated')
      await problem(refresh(session), 401, 'token_revoked')
      expect(await isBlacklisted(session)).toBe(true)
    }
    await problem(signIn(ada), 401, 'invalid_credentials')
    await ok(me(ben))
  })

  it('brings back the account, but no session', async () => {
    const ada = await register()
    await disable(env, ada.username, operator())
    expect(await printed(enable, ada.username)).toContain('Enabled')
    await problem(me(ada), 401, 'unauthenticated')
    await problem(refresh(ada), 401, 'token_revoked')
    await ok(me(await login(ada)))
  })

  it('holds when KV is down, since D1 decides', async () => {
    const ada = await register()
    await disable({ ...env, TOKEN_BLACKLIST: brokenKv }, ada.username, operator())
    await problem(me(ada), 401, 'unauthenticated')
    await problem(refresh(ada), 401, 'token_revoked')
  })

  it('does nothing unless the operator agrees, and nothing twice', async () => {
    const ada = await register()
    await expect(disable(env, ada.username, operator({ agrees: false }))).rejects.toThrow('Nothing was done.')
    await ok(me(ada))
    await expect(enable(env, ada.username, operator())).rejects.toThrow('is not disabled')
    await disable(env, ada.username, operator())
    await expect(disable(env, ada.username, operator())).rejects.toThrow('is disabled already')
    await expect(enable(env, ada.username, operator({ agrees: false }))).rejects.toThrow('Nothing was done.')
    await problem(signIn(ada), 401, 'invalid_credentials')
  })
})

describe('sessions, end-session and end-sessions', () => {
  it('lists sessions with their state, and spells out what a device calls itself', async () => {
    const ada = await register()
    const phone = await login(ada)
    await execute(
      `UPDATE sessions SET user_agent = 'Phone' || char(155) || '31m', last_used_at = 2 WHERE id = '${sessionOf(phone)}'`,
    )
    await login(ada)
    await execute(
      `UPDATE sessions SET created_at = 1, last_used_at = 1, expires_at = 2 WHERE id = '${sessionOf(ada)}'`,
    )
    await endOneSession(env, sessionOf(phone), operator())
    const said = await printed(listSessions, ada.username)
    expect(said).toContain('has 3 sessions')
    // Last used first.
    expect(said.match(/"state": "\w+"/g)).toEqual([
      '"state": "alive"',
      '"state": "ended"',
      '"state": "expired"',
    ])
    expect(said).toContain('Phone\\u{9b}31m')
  })

  it('ends one session and no other', async () => {
    const ada = await register()
    const second = await login(ada)
    expect(await printed(endOneSession, sessionOf(second))).toContain(`Ended a session of user ${ada.id}.`)
    await problem(me(second), 401, 'unauthenticated')
    await ok(me(ada))
    expect([await isBlacklisted(second), await isBlacklisted(ada)]).toEqual([true, false])
    expect(await printed(endOneSession, sessionOf(second))).toContain('It was over before.')
    await expect(endOneSession(env, 'unheard-of', operator())).rejects.toThrow('There is no such session.')
  })

  it('ends all sessions of a user and of no other', async () => {
    const [ada, ben] = [await register(), await register()]
    const second = await login(ada)
    await expect(endSessionsOf(env, ada.email, operator({ agrees: false }))).rejects.toThrow(
      'Nothing was done.',
    )
    await ok(me(ada))
    expect(await printed(endSessionsOf, ada.email)).toContain('Ended 2 sessions')
    for (const session of [ada, second]) {
      await problem(refresh(session), 401, 'token_revoked')
      expect(await isBlacklisted(session)).toBe(true)
    }
    await ok(me(ben))
    await ok(signIn(ada))
  })
})
