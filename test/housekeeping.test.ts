import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import worker from '../src/index.ts'
import { ok, send } from './support/api.ts'
import { brokenD1 } from './support/bindings.ts'
import { logged } from './support/logs.ts'
import { claimsOf, login, type Person, register } from './support/world.ts'

const me = (person: Person) => send('/api/accounts/me', { token: person.access })

describe('The cron trigger', () => {
  const run = (bindings = {}) =>
    worker.scheduled({ scheduledTime: Date.now() } as ScheduledController, { ...env, ...bindings })
  const count = async () =>
    (await env.DB.prepare('SELECT count(*) AS n FROM sessions').first<{ n: number }>())?.n

  it('removes sessions whose last refresh token has expired, and reports how many', async () => {
    const person = await register()
    const alive = await login(person)
    await run()
    const before = await count()
    await env.DB.prepare('UPDATE sessions SET expires_at = ? WHERE id = ?')
      .bind(Date.now() - 1, claimsOf(person.refresh).sid)
      .run()
    await run()
    expect(await count()).toBe((before ?? 0) - 1)
    expect(logged.at(-1)).toMatchObject({ event: 'housekeeping_done', sessionsDeleted: 1, avatarsRemoved: 0 })
    await ok(me(alive))
  })

  it('reaches every session of a large table, in batches', async () => {
    const person = await register()
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
       INSERT INTO sessions (id, user_id, created_at, last_used_at, expires_at)
       SELECT 'old-' || i, ?, 1, 1, 1 FROM n`,
    )
      .bind(person.id)
      .run()
    await run()
    expect(logged.at(-1)).toMatchObject({ sessionsDeleted: 12_000 })
    await ok(me(person))
  })

  it('removes avatars that no profile shows from R2, and keeps one that another profile shows', async () => {
    const [first, second] = [await register(), await register()]
    for (const key of ['shared', 'alone']) await env.AVATARS.put(key, 'picture')
    const show = (person: Person, key: string | null) =>
      env.DB.prepare('UPDATE profiles SET avatar_key = ? WHERE user_id = ?').bind(key, person.id).run()
    await show(first, 'alone')
    await show(first, 'shared')
    await show(second, 'shared')
    await show(first, null)
    await run()
    expect(logged.at(-1)).toMatchObject({ event: 'housekeeping_done', avatarsRemoved: 1 })
    expect(await env.AVATARS.head('alone')).toBeNull()
    expect(await env.AVATARS.head('shared')).not.toBeNull()
  })

  it('fails where D1 does, so that the platform counts it as a run that failed', async () => {
    await expect(run({ DB: brokenD1 })).rejects.toThrow('did not answer')
  })
})
