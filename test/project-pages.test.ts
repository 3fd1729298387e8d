import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { ok, problem, send } from './support/api.ts'
import { list, pathOf, type Query } from './support/lists.ts'
import { type Person, postSeveral, postWithMember, register, walk } from './support/world.ts'

describe('The pages of GET /api/projects', () => {
  it('hold twenty unless told otherwise', async () => {
    const owner = await register()
    const ids = await postSeveral(owner, 21)
    const page = await list({ owner: owner.username })
    expect(page.items.map(({ id }: { id: number }) => id)).toEqual(ids.slice(0, 20))
    expect(page.nextCursor).toEqual(expect.any(String))
  })

  it.each([1, 2, 3, 4, 5, 100])('of %i make the whole list', async (limit) => {
    const owner = await register()
    const ids = await postSeveral(owner, 4)
    expect(await walk(pathOf({ owner: owner.username, limit }))).toEqual(ids)
  })

  it('end with the last row, not with an empty page', async () => {
    const owner = await register()
    await postSeveral(owner, 2)
    expect((await list({ owner: owner.username, limit: 2 })).nextCursor).toBeNull()
  })

  it('may change their size on the way', async () => {
    const owner = await register()
    const ids = await postSeveral(owner, 4)
    const { nextCursor } = await list({ owner: owner.username, limit: 1 })
    expect(await walk(pathOf({ owner: owner.username, limit: 50 }), undefined, nextCursor)).toEqual(
      ids.slice(1),
    )
  })

  it('make the whole list where nothing is filtered', async () => {
    await postSeveral(await register(), 8)
    const { results } = await env.DB.prepare('SELECT id FROM projects ORDER BY id DESC').all<{ id: number }>()
    expect(await walk(pathOf({ limit: 23 }))).toEqual(results.map(({ id }) => id))
  })

  it.each([
    ['filtered', (owner: Person): Query => ({ owner: owner.username })],
    ['unfiltered', (): Query => ({})],
  ])('repeat and skip nothing that stayed while rows come and go: %s', async (_, filter) => {
    const owner = await register()
    const ids = await postSeveral(owner, 8)
    const { items, nextCursor } = await list({ ...filter(owner), limit: 2 })
    // Gone: the first row shown, the row that the cursor stands on, the next row and one further on.
    const gone = [0, 1, 2, 5].map((index) => ids[index])
    for (const id of gone) {
      await ok(send(`/api/projects/${id}`, { method: 'DELETE', token: owner.access }), 204)
    }
    await postSeveral(owner, 2)
    const seen = [
      ...items.map(({ id }: { id: number }) => id),
      ...(await walk(pathOf({ ...filter(owner), limit: 50 }), undefined, nextCursor)),
    ]
    expect(seen.slice(0, 6)).toEqual(ids.filter((id, index) => index < 2 || !gone.includes(id)))
    expect(new Set(seen).size).toBe(seen.length)
  })

  it.each([
    ['empty', ''],
    ['a word', 'abc'],
    ['a number', '5'],
    ['signed by nobody', '5.AAAAAAAAAAAA'],
    ['not of our characters', '🦀.🦀'],
    ['as long as a page', 'x'.repeat(2000)],
  ])('refuse a cursor that is %s', async (_, cursor) => {
    await problem(send(pathOf({ cursor })), 400, 'invalid_cursor')
  })

  it('refuse a cursor that was moved', async () => {
    await postSeveral(await register(), 3)
    const { nextCursor } = await list({ limit: 1 })
    const moved = nextCursor.replace(/^\d+/, (id: string) => `${Number(id) - 1}`)
    await problem(send(pathOf({ cursor: moved })), 400, 'invalid_cursor')
  })

  it.each<Query>([
    {},
    { tech: 'Foreign' },
    { role: 'foreign-cursor' },
    { tech: ['Foreign-Cursor', 'Other'] },
    { tech: 'foreign-cursor', status: 'planning' },
    { tech: 'foreign-cursor', isOpen: true },
    { tech: 'foreign-cursor', owner: 'somebody' },
    { tech: 'foreign-cursor', collaborator: 'somebody' },
  ])('refuse the cursor of other filters: %j', async (other) => {
    await postSeveral(await register(), 2, { techStack: ['Foreign-Cursor'] })
    const { nextCursor } = await list({ tech: 'foreign-cursor', limit: 1 })
    await problem(send(pathOf({ ...other, cursor: nextCursor })), 400, 'invalid_cursor')
  })

  it('refuse the cursor of another list', async () => {
    const owner = await register()
    await postSeveral(owner, 2)
    const { nextCursor } = await ok(send('/api/projects/mine?limit=1', { token: owner.access }))
    await problem(send(pathOf({ cursor: nextCursor })), 400, 'invalid_cursor')
  })

  it('take the cursor of the same filters in another order and case', async () => {
    const owner = await register()
    const ids = await postSeveral(owner, 2, { techStack: ['Order-A', 'Order-B'] })
    const { nextCursor } = await list({ tech: ['Order-A', 'Order-B'], limit: 1 })
    const same = { tech: ['order-b', 'ORDER-A', 'order-a'] }
    expect(await walk(pathOf(same), undefined, nextCursor)).toEqual(ids.slice(1))
  })

  it.each(['owner', 'collaborator'] as const)(
    'take the cursor of the same %s in another case',
    async (role) => {
      const people = { owner: await register(), collaborator: await register() }
      const { projectId } = await postWithMember(people.owner, people.collaborator)
      await postWithMember(people.owner, people.collaborator)
      const { username } = people[role]
      const { nextCursor } = await list({ [role]: username, limit: 1 })
      const same = pathOf({ [role]: username.toUpperCase() })
      expect(await walk(same, undefined, nextCursor)).toEqual([projectId])
    },
  )
})
