import { describe, expect, it } from 'vitest'
import { POST_POLICY } from '../src/limits.ts'
import { ok, problem, type Send, send } from './support/api.ts'
import { counting, recording } from './support/bindings.ts'
import { insertProjects } from './support/by-sql.ts'
import { later } from './support/clock.ts'
import { faultsOf } from './support/query-plans.ts'
import { type Person, register, walk } from './support/world.ts'

const { quota: QUOTA, seconds: HOUR } = POST_POLICY
const BODY = { title: 'One more', description: 'What it is about.' }

const postAs = (owner: Person, env: Send['env'] = {}) =>
  send('/api/projects', { token: owner.access, body: BODY, env: { RATE_LIMIT: 'on', ...env } })

/** Somebody who has posted so many projects, the newest last. */
async function poster(times: number, secondsAgo: (i: number) => number, now = Date.now()) {
  const owner = await register()
  const rows = Array.from({ length: times }, (_, i) => ({ updatedAt: now - secondsAgo(i) * 1000 }))
  return { owner, ids: await insertProjects(rows, owner.id) }
}

describe('An owner', () => {
  it('posts as many projects as are granted in an hour', async () => {
    const { owner } = await poster(QUOTA - 1, (i) => 1000 - i)
    const posted = await postAs(owner)
    expect(posted.headers.get('RateLimit-Policy')).toBe('"write";q=120;w=60, "post";q=200;w=3600')
    await ok(posted, 201)
    const refused = await postAs(owner)
    const seconds = Number(refused.headers.get('Retry-After'))
    expect(seconds).toBeGreaterThan(HOUR - 1000 - 30)
    expect(seconds).toBeLessThanOrEqual(HOUR - 1000)
    expect(refused.headers.get('RateLimit')).toBe(`"post";r=0;t=${seconds}`)
    const { detail } = await problem(refused, 429, 'rate_limited')
    expect(detail).toBe(`You have posted too many projects of late. Try again in ${seconds} seconds.`)
    expect(await walk('/api/projects/mine?limit=100', owner)).toHaveLength(QUOTA)
  })

  it('posts the next one exactly when told so', async () => {
    const now = Date.now()
    const { owner } = await poster(QUOTA, (i) => HOUR - 600 - i, now)
    const postAt = (instant: number) => later((instant - Date.now()) / 1000, () => postAs(owner))
    expect((await postAt(now)).headers.get('Retry-After')).toBe('600')
    expect((await postAt(now + 599_999)).headers.get('Retry-After')).toBe('1')
    await ok(postAt(now + 600_000), 201)
    // The next oldest is a second younger.
    expect((await postAt(now + 600_000)).headers.get('Retry-After')).toBe('1')
  })

  it('posts as many and no more of those sent at once', async () => {
    const { owner } = await poster(QUOTA - 2, (i) => 1000 - i)
    const answers = await Promise.all(Array.from({ length: 6 }, () => postAs(owner)))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 429, 429, 429, 429])
    const posted = await Promise.all(
      answers.filter(({ status }) => status === 201).map((each) => ok(each, 201)),
    )
    const stored = await walk('/api/projects/mine?limit=100', owner)
    expect(stored.slice(0, 2).sort()).toEqual(posted.map(({ id }) => id).sort())
    expect(stored).toHaveLength(QUOTA)
  })

  it('posts whatever others have posted', async () => {
    await poster(QUOTA, () => 0)
    await ok(postAs(await register()), 201)
  })

  it('posts again who posted more, but more than an hour ago', async () => {
    const { owner } = await poster(2 * QUOTA, () => HOUR + 1)
    for (let i = 0; i < 3; i++) await ok(postAs(owner), 201)
  })

  it('posts without end if RATE_LIMIT is off', async () => {
    const { owner } = await poster(QUOTA, () => 0)
    await ok(postAs(owner, { RATE_LIMIT: 'off' }), 201)
  })

  it('who may post no more reads, changes and deletes, and posts again for each one deleted', async () => {
    const { owner, ids } = await poster(QUOTA, () => 0)
    const options = { token: owner.access, env: { RATE_LIMIT: 'on' } }
    await problem(postAs(owner), 429, 'rate_limited')
    await ok(send(`/api/projects/${ids[0]}`, { ...options, method: 'PATCH', body: { title: 'Another' } }))
    await ok(send(`/api/projects/${ids[0]}`, { ...options, method: 'DELETE' }), 204)
    await ok(postAs(owner), 201)
    await problem(postAs(owner), 429, 'rate_limited')
  })
})

describe('What a limit on posts costs', () => {
  const costOf = async (owner: Person, env: Send['env'], status: number) => {
    const { db, sent, results } = recording()
    await ok(postAs(owner, { ...env, DB: db }), status)
    const sum = (count: 'rows_read' | 'rows_written') =>
      results.reduce((total, { meta }) => total + meta[count], 0)
    return { sent, read: sum('rows_read'), written: sum('rows_written') }
  }

  it.each([
    ['nothing', 0, 0, 0],
    ['a thousand projects, none of them in an hour', 1000, 0, 1],
    ['three projects, all of them in an hour', 3, 3, 5],
    ['a thousand projects, all but one of the quota in an hour', 1000, QUOTA - 1, QUOTA + 1],
  ])('is few rows read and no row written, after %s', async (_, times, recent, rows) => {
    const secondsAgo = (i: number) => (i < times - recent ? HOUR : 0)
    const [one, other] = [await poster(times, secondsAgo), await poster(times, secondsAgo)]
    const off = await costOf(one.owner, { RATE_LIMIT: 'off' }, 201)
    const on = await costOf(other.owner, {}, 201)
    expect(on.read - off.read).toBe(rows)
    expect(on.written).toBe(off.written)
    expect((await Promise.all(on.sent.map(faultsOf))).flat()).toEqual([])
  })

  it('is one round trip, of a refusal too, which writes nothing', async () => {
    const { owner } = await poster(QUOTA - 1, () => 0)
    for (const status of [201, 429]) {
      const { env, operations } = counting()
      await ok(postAs(owner, env), status)
      expect(operations.d1Trips).toBe(1)
    }
    const { read, written } = await costOf(owner, {}, 429)
    expect([read <= 3 * QUOTA, written]).toEqual([true, 0])
  })
})
