import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { ok, problem, send } from './support/api.ts'
import { counting } from './support/bindings.ts'
import { later } from './support/clock.ts'
import { claimsOf, login, type Person, register } from './support/world.ts'

const list = (person: Person) => ok(send('/api/accounts/sessions', { token: person.access }))
const end = (person: Person, id: string) =>
  send(`/api/accounts/sessions/${id}`, { method: 'DELETE', token: person.access })
const logoutAll = (person: Person) =>
  send('/api/accounts/logout-all', { method: 'POST', token: person.access })
const me = (person: Person) => send('/api/accounts/me', { token: person.access })
const refresh = (person: Person) => send('/api/accounts/refresh', { body: { refresh: person.refresh } })
const idOf = (person: Person): string => claimsOf(person.refresh).sid

async function expectEnded(person: Person) {
  await problem(me(person), 401, 'unauthenticated')
  await problem(refresh(person), 401, 'token_revoked')
  expect(await env.TOKEN_BLACKLIST.get(`ended:${idOf(person)}`)).toBe('')
}

/** Sessions of long ago, past the API. */
async function insertSessions(
  person: Person,
  { count, expiresAt, revokedAt = null }: { count: number; expiresAt: number; revokedAt?: number | null },
) {
  await env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
     INSERT INTO sessions (id, user_id, created_at, last_used_at, expires_at, revoked_at)
     SELECT lower(hex(randomblob(16))), ?1, 1, 1, ?3, ?4 FROM n`,
  )
    .bind(person.id, count, expiresAt, revokedAt)
    .run()
}

const countSessions = ({ id }: Person) =>
  env.DB.prepare('SELECT count(*) AS n FROM sessions WHERE user_id = ?').bind(id).first<number>('n')

describe('GET /api/accounts/sessions', () => {
  it('lists where I am signed in, newest first', async () => {
    const first = await register()
    const second = await later(60, () => login(first, { 'User-Agent': 'Firefox on Debian' }))
    const { items, nextCursor } = await list(first)
    expect(nextCursor).toBeNull()
    expect(items.map(({ id }: { id: string }) => id)).toEqual([idOf(second), idOf(first)])
    expect(items[0]).toEqual({
      id: idOf(second),
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      lastUsedAt: items[0].createdAt,
      expiresAt: expect.stringMatching(/^\d{4}-.*Z$/),
      userAgent: 'Firefox on Debian',
      current: false,
    })
    expect(Math.floor(Date.parse(items[0].expiresAt) / 1000)).toBe(claimsOf(second.refresh).exp)
    expect(items[1].current).toBe(true)
  })

  it('keeps of a User-Agent the first 255 characters', async () => {
    const person = await login(await register(), { 'User-Agent': `${'x'.repeat(255)}y` })
    expect((await list(person)).items[0].userAgent).toBe('x'.repeat(255))
  })

  it('cuts a User-Agent through no character', async () => {
    const person = await login(await register(), { 'User-Agent': `${'x'.repeat(254)}🦀` })
    expect((await list(person)).items[0].userAgent).toBe('x'.repeat(254))
  })

  it('tells when a session was last used and when it expires after a refresh', async () => {
    const person = await register()
    const [before] = (await list(person)).items
    await later(60, () => ok(refresh(person)))
    const [after] = (await list(person)).items
    expect(Date.parse(after.lastUsedAt) - Date.parse(before.lastUsedAt)).toBeGreaterThanOrEqual(60_000)
    expect(Date.parse(after.expiresAt) - Date.parse(before.expiresAt)).toBeGreaterThanOrEqual(60_000)
    expect(after.createdAt).toBe(before.createdAt)
  })

  it('is one page, unless a smaller one is asked for', async () => {
    const person = await register()
    const others = []
    for (let i = 1; i <= 4; i += 1) others.unshift(await later(i, () => login(person)))
    // Two that began in the same millisecond.
    await env.DB.prepare(
      'UPDATE sessions SET created_at = (SELECT created_at FROM sessions WHERE id = ?) WHERE id = ?',
    )
      .bind(...[others[1], others[2]].map((other) => other && idOf(other)))
      .run()
    const all = [...others, person].map(idOf)
    const idsIn = (page: { items: { id: string }[] }) => page.items.map(({ id }) => id)
    expect(idsIn(await list(person))).toEqual(all)

    const walked: string[] = []
    let next: string | undefined = '/api/accounts/sessions?limit=2'
    while (next) {
      const answer: Response = await send(next, { token: person.access })
      next = /<(.*)>; rel="next"/.exec(answer.headers.get('Link') ?? '')?.[1]
      const page = await ok(answer)
      expect(page.nextCursor === null).toBe(next === undefined)
      expect(page.items.length).toBeLessThanOrEqual(2)
      walked.push(...idsIn(page))
      // A use moves nothing.
      const used = others.pop()
      if (used) await later(60, () => ok(refresh(used)))
    }
    expect(walked).toEqual(all)
  })

  it('refuses a limit that is none, and the cursor of anybody else', async () => {
    const [person, other] = [await register(), await register()]
    await login(other)
    const asked = (query: string, { access: token }: Person) =>
      send(`/api/accounts/sessions?${query}`, { token })
    for (const limit of ['0', '101', 'x', '']) {
      await problem(asked(`limit=${limit}`, person), 422, 'validation_failed')
    }
    const { nextCursor } = await ok(asked('limit=1', other))
    expect((await ok(asked(`cursor=${nextCursor}`, other))).items).toHaveLength(1)
    for (const cursor of ['', 'x', nextCursor]) {
      await problem(asked(`cursor=${cursor}`, person), 400, 'invalid_cursor')
    }
  })

  it('holds at most fifty: one more login ends the session that was not used for longest', async () => {
    const first = await register()
    const second = await later(1, () => login(first))
    let last = second
    for (let i = 2; i < 50; i += 1) last = await later(i, () => login(first))
    await later(50, () => ok(refresh(first)))
    await later(51, () => login(first))
    await later(60, async () => expect((await list(last)).items).toHaveLength(50))
    await expectEnded(second)
    await ok(me(first))
  })

  it('tells the blacklist of the living session that a login beyond the fifty ends, in the same two trips', async () => {
    const person = await register()
    await insertSessions(person, { count: 49, expiresAt: Date.now() + 3_600_000 })
    const { env: bindings, operations } = counting()
    const last = await login(person, {}, bindings)
    expect(operations).toMatchObject({ d1Trips: 2, kvWrites: 1 })
    expect((await list(last)).items).toHaveLength(50)
  })

  it('tells the blacklist of no dead session that a login beyond the fifty removes', async () => {
    const person = await register()
    await insertSessions(person, { count: 30, expiresAt: 1 })
    await insertSessions(person, { count: 30, expiresAt: Date.now() + 3_600_000, revokedAt: 1 })
    const { env: bindings, operations } = counting()
    await login(person, {}, bindings)
    expect(operations).toMatchObject({ d1Trips: 2, kvWrites: 0 })
    expect(await countSessions(person)).toBe(50)
    await ok(me(person))
  })

  it('does not count ended sessions towards the fifty', async () => {
    const first = await register()
    for (let i = 0; i < 50; i += 1) {
      await later(i + 1, async () => {
        const { refresh: token } = await login(first)
        await send('/api/accounts/logout', { body: { refresh: token } })
      })
    }
    const last = await later(60, () => login(first))
    await later(60, async () => expect((await list(last)).items).toHaveLength(2))
    await ok(me(first))
  })

  it('answers 304 while nothing has changed', async () => {
    const person = await register()
    const etag = (await send('/api/accounts/sessions', { token: person.access })).headers.get('ETag') ?? ''
    const headers = { 'If-None-Match': etag }
    expect((await send('/api/accounts/sessions', { token: person.access, headers })).status).toBe(304)
  })

  it('shows neither ended nor expired sessions, nor those of others', async () => {
    const person = await register()
    const [ended, expired] = [await login(person), await login(person)]
    await end(person, idOf(ended))
    await env.DB.prepare('UPDATE sessions SET expires_at = 1 WHERE id = ?').bind(idOf(expired)).run()
    await register()
    expect((await list(person)).items).toHaveLength(1)
  })
})

describe('DELETE /api/accounts/sessions/:id', () => {
  it('ends another session of mine at once, and only that', async () => {
    const person = await register()
    const other = await login(person)
    expect((await end(person, idOf(other))).status).toBe(204)
    await expectEnded(other)
    await ok(me(person))
    await problem(end(person, idOf(other)), 404, 'not_found')
  })

  it('ends the session that asks for it', async () => {
    const person = await register()
    expect((await end(person, idOf(person))).status).toBe(204)
    await expectEnded(person)
  })

  it('answers 404 for a session that has expired, and tells the blacklist nothing', async () => {
    const person = await register()
    await insertSessions(person, { count: 1, expiresAt: Date.now() - 1 })
    const { id } = (await env.DB.prepare('SELECT id FROM sessions WHERE user_id = ? AND created_at = 1')
      .bind(person.id)
      .first<{ id: string }>()) ?? { id: '' }
    const { env: bindings, operations } = counting()
    const options = { method: 'DELETE', token: person.access, env: bindings }
    await problem(send(`/api/accounts/sessions/${id}`, options), 404, 'not_found')
    expect(operations.kvWrites).toBe(0)
  })

  it("answers 404 for somebody else's session, and leaves it alone", async () => {
    const [person, other] = [await register(), await register()]
    await problem(end(person, idOf(other)), 404, 'not_found')
    await problem(end(person, 'unknown'), 404, 'not_found')
    await ok(me(other))
  })
})

describe('POST /api/accounts/logout-all', () => {
  it('ends every session of the user, and nobody else is signed out', async () => {
    const first = await register()
    const [second, stranger] = [await login(first), await register()]
    expect((await logoutAll(second)).status).toBe(204)
    await expectEnded(first)
    await expectEnded(second)
    await ok(me(stranger))
    await ok(me(await login(first)))
  })
})
