import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { ok, problem, send } from './support/api.ts'
import { counting, NO_OPERATIONS } from './support/bindings.ts'
import { later } from './support/clock.ts'
import { logged } from './support/logs.ts'
import { claimsOf, login, type Person, register } from './support/world.ts'

const refresh = (token: string) => send('/api/accounts/refresh', { body: { refresh: token } })
const logout = (token: string) => send('/api/accounts/logout', { body: { refresh: token } })
const me = (person: { access: string }) => send('/api/accounts/me', { token: person.access })

const sessionOf = (person: Person) =>
  env.DB.prepare('SELECT * FROM sessions WHERE id = ?').bind(claimsOf(person.refresh).sid).first()

describe('POST /api/accounts/refresh', () => {
  it('gives a new pair of the same session', async () => {
    const person = await register()
    const pair = await ok(refresh(person.refresh))
    expect(pair).toEqual({ access: expect.any(String), refresh: expect.any(String), expiresIn: 900 })
    expect(claimsOf(pair.refresh)).toMatchObject({ sid: claimsOf(person.refresh).sid, cnt: 1 })
    await ok(me(pair))
    await ok(refresh(pair.refresh))
  })

  it('gives the same session again, to the same end, to a token spent less than ten seconds ago', async () => {
    const person = await register()
    const { cnt, exp } = claimsOf((await ok(refresh(person.refresh))).refresh)
    await later(9, async () => {
      const again = await ok(refresh(person.refresh))
      expect(claimsOf(again.refresh)).toMatchObject({ cnt, exp })
      await ok(refresh(again.refresh))
    })
  })

  it('counts the ten seconds from the rotation, however often the token is spent again', async () => {
    const person = await register()
    await ok(refresh(person.refresh))
    await later(6, () => ok(refresh(person.refresh)))
    await later(12, () => problem(refresh(person.refresh), 401, 'token_revoked'))
  })

  it('ends the session when a token is spent again later', async () => {
    const person = await register()
    const pair = await ok(refresh(person.refresh))
    await later(11, () => problem(refresh(person.refresh), 401, 'token_revoked'))
    expect(logged).toContainEqual(expect.objectContaining({ event: 'refresh_reused' }))
    expect(await env.TOKEN_BLACKLIST.get(`ended:${claimsOf(person.refresh).sid}`)).toBe('')
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

  it('puts a session that has but seconds left on the blacklist too, for the minute that KV asks for', async () => {
    const short = { SESSION_TTL_SECONDS: '30' }
    const person = await login(await register(), {}, short)
    await logout(person.refresh)
    expect(await env.TOKEN_BLACKLIST.get(`ended:${claimsOf(person.refresh).sid}`)).toBe('')
    expect(logged).not.toContainEqual(expect.objectContaining({ event: 'blacklist_failed' }))
  })
})
