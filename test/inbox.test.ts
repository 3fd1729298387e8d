import { describe, expect, it } from 'vitest'
import { INBOX_POLICY } from '../src/limits.ts'
import { ok, problem, type Send, send } from './support/api.ts'
import { counting, recording } from './support/bindings.ts'
import { insertRequests, insertUser } from './support/by-sql.ts'
import { later } from './support/clock.ts'
import { faultsOf } from './support/query-plans.ts'
import { type Person, post, register } from './support/world.ts'

const { quota: QUOTA, seconds: HOUR } = INBOX_POLICY
const STATUSES = ['pending', 'accepted', 'rejected'] as const

const askFor = (requester: Person, projectId: number, env: Send['env'] = {}) =>
  send(`/api/projects/${projectId}/requests`, {
    token: requester.access,
    body: { message: 'Let me in!' },
    env: { RATE_LIMIT: 'on', ...env },
  })

/** Fills an inbox with requests of as many people, of every status, the newest last. */
async function receive(projectIds: number[], times: number, now: number, secondsAgo: (i: number) => number) {
  const rows = []
  for (let i = 0; i < times; i++) {
    const { id: requesterId } = await insertUser()
    const projectId = projectIds[i % projectIds.length] ?? 0
    const status = STATUSES[i % 3] ?? 'pending'
    rows.push({ projectId, requesterId, status, createdAt: now - secondsAgo(i) * 1000 })
  }
  await insertRequests(rows)
}

/** An owner of two projects who has received so many requests, the first of them 1,000 seconds ago. */
async function receiver(times: number) {
  const owner = await register()
  const projectIds = [await post(owner), await post(owner)] as const
  await receive([...projectIds], times, Date.now(), (i) => 1000 - i)
  return { owner, projectIds }
}

describe('An inbox', () => {
  it('takes a hundred requests in an hour, from however many people, to whichever projects', async () => {
    const { projectIds } = await receiver(QUOTA - 1)
    await ok(askFor(await register(), projectIds[0]), 201)
    const refused = await askFor(await register(), projectIds[1])
    const seconds = Number(refused.headers.get('Retry-After'))
    expect(seconds).toBeGreaterThan(HOUR - 1000 - 30)
    expect(seconds).toBeLessThanOrEqual(HOUR - 1000)
    expect(refused.headers.get('RateLimit')).toBe(`"inbox";r=0;t=${seconds}`)
    expect(refused.headers.get('RateLimit-Policy')).toContain('"ask";q=20;w=60, "inbox";q=100;w=3600')
    const { detail } = await problem(refused, 429, 'rate_limited')
    expect(detail).toBe(`The owner has received too many requests of late. Try again in ${seconds} seconds.`)
  })

  it('takes the next one exactly when it says so', async () => {
    const [asker, projectId] = [await register(), await post(await register())]
    const now = Date.now()
    await receive([projectId], QUOTA, now, (i) => HOUR - 600 - i)
    const askAt = (instant: number) => later((instant - Date.now()) / 1000, () => askFor(asker, projectId))
    expect((await askAt(now)).headers.get('Retry-After')).toBe('600')
    expect((await askAt(now + 599_999)).headers.get('Retry-After')).toBe('1')
    await ok(askAt(now + 600_000), 201)
  })

  it('takes a hundred and no more of those who ask at once', async () => {
    const { projectIds } = await receiver(QUOTA - 2)
    const people = await Promise.all(Array.from({ length: 6 }, () => register()))
    const answers = await Promise.all(people.map((person, i) => askFor(person, projectIds[i % 2] ?? 0)))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 429, 429, 429, 429])
  })

  it('is no matter of other owners', async () => {
    await receiver(QUOTA)
    const { projectIds } = await receiver(0)
    await ok(askFor(await register(), projectIds[0]), 201)
  })

  it('forgets what came more than an hour ago', async () => {
    const owner = await register()
    const projectId = await post(owner)
    await receive([projectId], 2 * QUOTA, Date.now(), (i) => HOUR + 1 + 2 * QUOTA - i)
    await ok(askFor(await register(), projectId), 201)
  })

  it('is without end if RATE_LIMIT is off', async () => {
    const { projectIds } = await receiver(QUOTA)
    await ok(askFor(await register(), projectIds[0], { RATE_LIMIT: 'off' }), 201)
  })

  it('that is full is told of after whatever else is wrong', async () => {
    const { owner, projectIds } = await receiver(QUOTA - 1)
    const [open, closed] = projectIds
    const asked = await register()
    await ok(askFor(asked, open), 201)
    const close = { method: 'PATCH', token: owner.access, body: { isOpen: false } }
    await ok(send(`/api/projects/${closed}`, close))
    const stranger = await register()
    await problem(askFor(stranger, 987_654_321), 404, 'not_found')
    await problem(askFor(owner, open), 409, 'own_project')
    await problem(askFor(asked, open), 409, 'request_exists')
    await problem(askFor(stranger, closed), 409, 'project_closed')
    await problem(askFor(stranger, open), 429, 'rate_limited')
  })
})

describe('What an inbox that has a limit costs', () => {
  const costOf = async (requester: Person, projectId: number, env: Send['env'], status: number) => {
    const { db, sent, results } = recording()
    await ok(askFor(requester, projectId, { ...env, DB: db }), status)
    const sum = (count: 'rows_read' | 'rows_written') =>
      results.reduce((total, { meta }) => total + meta[count], 0)
    return { sent, read: sum('rows_read'), written: sum('rows_written') }
  }

  it.each([
    ['nothing has come', 0, 0],
    ['fifty have come', 50, 0],
    ['a thousand have come, long ago', 1000, 100_000],
  ])('is hardly more rows read than it counts, and no row written: %s', async (_, times, secondsAgo) => {
    const projectId = await post(await register())
    await receive([projectId], times, Date.now(), () => secondsAgo)
    const off = await costOf(await register(), projectId, { RATE_LIMIT: 'off' }, 201)
    const on = await costOf(await register(), projectId, {}, 201)
    expect(on.written).toBe(off.written)
    expect(on.read).toBeLessThanOrEqual(off.read + Math.min(times + 1, QUOTA) + 3)
    expect((await Promise.all(on.sent.map(faultsOf))).flat()).toEqual([])
  })

  it('is one round trip, of a refusal too', async () => {
    const { projectIds } = await receiver(QUOTA - 1)
    for (const status of [201, 429]) {
      const { env, operations } = counting()
      await ok(askFor(await register(), projectIds[0], env), status)
      expect(operations.d1Trips).toBe(1)
    }
  })
})
