import { describe, expect, it } from 'vitest'
import { POST_POLICY } from '../src/limits.ts'
import { ok, problem, type Send, send } from './support/api.ts'
import { recording } from './support/bindings.ts'
import { insertProjects } from './support/by-sql.ts'
import { faulty } from './support/faults.ts'
import { faultsOf } from './support/query-plans.ts'
import { usageOf } from './support/usage.ts'
import { type Person, register, walk } from './support/world.ts'

const BODY = { title: 'Made once', description: 'However often it is sent.', techStack: ['Rust', 'C++'] }
const KEY = '0b7c2a52-6f0e-4f0c-9d3e-5a7a1d9b8c41'

const postWith = (key: string, owner: Person, { headers, ...options }: Send = {}) =>
  send('/api/projects', {
    token: owner.access,
    body: BODY,
    headers: { 'Idempotency-Key': key, ...headers },
    ...options,
  })

/** Just now, past the API. */
const postMany = (owner: Person, times: number) =>
  insertProjects(
    Array.from({ length: times }, () => ({ updatedAt: Date.now() })),
    owner.id,
  )

const mine = (owner: Person) => walk('/api/projects/mine', owner)

describe('A project posted with an Idempotency-Key', () => {
  it('is made once, and given again as it is now', async () => {
    const owner = await register()
    const first = await postWith(KEY, owner)
    const made = await ok(first, 201)
    expect(made).toMatchObject(BODY)
    const path = first.headers.get('Location') ?? ''
    expect(path).toBe(`/api/projects/${made.id}`)
    await ok(send(path, { method: 'PATCH', token: owner.access, body: { title: 'Renamed since' } }))
    const other = await ok(send('/api/projects', { token: owner.access, body: BODY }), 201)

    const again = await postWith(KEY, owner)
    expect(again.headers.get('Location')).toBe(path)
    expect(await ok(again, 201)).toEqual(await ok(send(path, { token: owner.access })))
    expect(await mine(owner)).toEqual([other.id, made.id])
  })

  it.each([
    ['one character', 'x'],
    ['a quoted text', '"0b7c2a52-6f0e-4f0c-9d3e-5a7a1d9b8c41"'],
    ['the least and the greatest of characters', '!~'],
    ['255 characters', 'k'.repeat(255)],
  ])('may be named by %s, and by nothing but that', async (_, key) => {
    const owner = await register()
    const { id } = await ok(postWith(key, owner), 201)
    expect((await ok(postWith(key, owner), 201)).id).toBe(id)
    const almost = key === 'x' ? 'X' : key.slice(1)
    expect((await ok(postWith(almost, owner), 201)).id).not.toBe(id)
  })

  it('is the same project to whoever says the same in other words', async () => {
    const owner = await register()
    const { id } = await ok(postWith(KEY, owner), 201)
    const body = `{"status": "planning", "rolesNeeded": [], "techStack": ["Rust ", "C\\u002b+"],
      "description": "However often it is sent.", "title": " Made once\\n", "unknown": 1}`
    expect((await ok(postWith(KEY, owner, { body }), 201)).id).toBe(id)
  })

  it.each([
    ['title', { title: 'Made twice' }],
    ['description', { description: 'Only once.' }],
    ['role', { rolesNeeded: ['Tester'] }],
    ['list in another order', { techStack: ['C++', 'Rust'] }],
    ['status', { status: 'completed' }],
    ['openness', { isOpen: false }],
  ])('is not posted over with another %s', async (_, changed) => {
    const owner = await register()
    const made = await ok(postWith(KEY, owner), 201)
    await problem(postWith(KEY, owner, { body: { ...BODY, ...changed } }), 422, 'idempotency_key_reused')
    expect(await mine(owner)).toEqual([made.id])
    expect((await ok(postWith(KEY, owner), 201)).updatedAt).toBe(made.updatedAt)
  })

  it('leaves the key to others', async () => {
    const [one, other] = [await register(), await register()]
    const first = await ok(postWith(KEY, one), 201)
    const second = await ok(postWith(KEY, other, { body: { ...BODY, title: 'Of another' } }), 201)
    expect(second).toMatchObject({ title: 'Of another', owner: { username: other.username } })
    expect([await mine(one), await mine(other)]).toEqual([[first.id], [second.id]])
  })

  it('frees the key when it is deleted', async () => {
    const owner = await register()
    const { id } = await ok(postWith(KEY, owner), 201)
    await ok(send(`/api/projects/${id}`, { method: 'DELETE', token: owner.access }), 204)
    const body = { ...BODY, title: 'Something else' }
    const next = await ok(postWith(KEY, owner, { body }), 201)
    expect(next.id).toBeGreaterThan(id)
    expect(await mine(owner)).toEqual([next.id])
  })

  it('uses up no key when it is refused', async () => {
    const owner = await register()
    await problem(postWith(KEY, owner, { body: { title: 'No description' } }), 422, 'validation_failed')
    await ok(postWith(KEY, owner), 201)
  })

  it('is one, and given to all, if it is posted many times at once', async () => {
    const owner = await register()
    const answers = await Promise.all(Array.from({ length: 10 }, () => postWith(KEY, owner)))
    const ids = await Promise.all(answers.map(async (each) => (await ok(each, 201)).id))
    expect(new Set(ids).size).toBe(1)
    expect(await mine(owner)).toEqual([ids[0]])
  })

  it('goes to one of several bodies posted at once', async () => {
    const owner = await register()
    const titles = Array.from({ length: 6 }, (_, i) => `Number ${i}`)
    const answers = await Promise.all(
      titles.map((title) => postWith(KEY, owner, { body: { ...BODY, title } })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 422, 422, 422, 422, 422])
    expect(await mine(owner)).toHaveLength(1)
  })
})

describe('Trying again after a 503', () => {
  it('leaves one project whose answer was lost after D1 had made it', async () => {
    const owner = await register()
    const lost = faulty({ n: 1, kind: 'back' })
    await problem(postWith(KEY, owner, { env: lost.env }), 503, 'unavailable')
    expect(lost.calls).toEqual([expect.objectContaining({ name: 'DB.batch' })])
    const [made] = await mine(owner)
    expect((await ok(postWith(KEY, owner), 201)).id).toBe(made)
    expect(await mine(owner)).toEqual([made])
  })
})

describe('Two posts of the same', () => {
  it('are two projects without a key', async () => {
    const owner = await register()
    const options = { token: owner.access, body: BODY }
    const ids = [await ok(send('/api/projects', options), 201), await ok(send('/api/projects', options), 201)]
    expect(await mine(owner)).toEqual(ids.map(({ id }) => id).reverse())
  })
})

describe('An Idempotency-Key', () => {
  it.each([
    ['is empty', ''],
    ['is too long', 'k'.repeat(256)],
    ['has a space', 'two words'],
    ['is sent twice, which is one with a comma and a space', 'one, two'],
    ['has a tab', 'two\twords'],
    ['has a character that is not ASCII', 'clé'],
    ['has one that cannot be seen', 'key\x7f'],
  ])('is refused if it %s', async (_, key) => {
    const owner = await register()
    await problem(postWith(key, owner), 400, 'invalid_idempotency_key')
    expect(await mine(owner)).toEqual([])
  })
})

describe('A limit on posts', () => {
  const limited = { env: { RATE_LIMIT: 'on' } }

  it('refuses nobody what was posted before, and counts it once', async () => {
    const owner = await register()
    await postMany(owner, POST_POLICY.quota - 2)
    const { id } = await ok(postWith(KEY, owner, limited), 201)
    for (let i = 0; i < 3; i++) expect((await ok(postWith(KEY, owner, limited), 201)).id).toBe(id)
    await ok(postWith('last', owner, limited), 201)

    const refused = await postWith('too-many', owner, limited)
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0)
    await problem(refused, 429, 'rate_limited')
    expect((await ok(postWith(KEY, owner, limited), 201)).id).toBe(id)
    const body = { ...BODY, title: 'Another' }
    await problem(postWith(KEY, owner, { ...limited, body }), 422, 'idempotency_key_reused')

    await ok(send(`/api/projects/${id}`, { method: 'DELETE', token: owner.access }), 204)
    await ok(postWith('too-many', owner, limited), 201)
  })
})

describe('What a key costs', () => {
  const used = (owner: Person, status: number, options: Send = {}) =>
    usageOf(status, (env) =>
      send('/api/projects', {
        token: owner.access,
        body: BODY,
        headers: { 'Idempotency-Key': KEY },
        ...options,
        env: { ...env, RATE_LIMIT: 'on' },
      }),
    )
  const another = { body: { ...BODY, title: 'Another' } }

  it('is one row written, and nothing where nothing is made, in one round trip whatever comes of it', async () => {
    const owner = await register()
    const usages = [
      await used(owner, 201, { headers: {} }),
      await used(owner, 201),
      await used(owner, 201),
      await used(owner, 422, another),
    ]
    expect(usages.map(({ d1Trips }) => d1Trips)).toEqual([1, 1, 1, 1])
    expect(usages.map(({ d1RowsWritten }) => d1RowsWritten)).toEqual([5, 6, 0, 0])
    for (const { d1RowsRead } of usages) expect(d1RowsRead).toBeLessThan(25)
  })

  it('is no more for whoever may post no more', async () => {
    const owner = await register()
    await used(owner, 201)
    await postMany(owner, POST_POLICY.quota)
    for (const [status, options] of [
      [201, {}],
      [422, another],
    ] as const) {
      const { d1Trips, d1RowsRead, d1RowsWritten } = await used(owner, status, options)
      expect([d1Trips, d1RowsWritten]).toEqual([1, 0])
      expect(d1RowsRead).toBeLessThan(25)
    }
  })

  it('is no table read whole', async () => {
    const owner = await register()
    for (let time = 0; time < 2; time++) {
      const { db, sent } = recording()
      await ok(postWith(KEY, owner, { env: { DB: db, RATE_LIMIT: 'on' } }), 201)
      expect((await Promise.all(sent.map(faultsOf))).flat()).toEqual([])
    }
  })
})
