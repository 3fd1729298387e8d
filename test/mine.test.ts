import { describe, expect, it } from 'vitest'
import { MAX_PENDING_COUNTED } from '../src/projects/project-lists.queries.ts'
import { fieldsAtFault, ok, problem, send } from './support/api.ts'
import { recording } from './support/bindings.ts'
import { insertRequests, insertUser } from './support/by-sql.ts'
import { list, pathOf, type Query } from './support/lists.ts'
import {
  ask,
  decide,
  type Person,
  post,
  postSeveral,
  postWithMember,
  register,
  walk,
} from './support/world.ts'

describe('GET /api/projects/mine', () => {
  const mine = (reader: Person, query: Query = {}) =>
    ok(send(pathOf(query, '/api/projects/mine'), { token: reader.access }))

  it('shows the cards of my projects, newest first, whatever their state', async () => {
    const owner = await register()
    const open = await post(owner)
    const closed = await post(owner, { isOpen: false, status: 'completed' })
    const { items: cards } = await list({ owner: owner.username })
    expect(cards.map(({ id }: { id: number }) => id)).toEqual([closed, open])
    expect(await mine(owner)).toEqual({
      items: cards.map((card: object) => ({ ...card, pendingRequestCount: 0 })),
      nextCursor: null,
    })
  })

  it('counts the requests that wait, project by project', async () => {
    const [owner, first, second] = [await register(), await register(), await register()]
    const [quiet, busy] = [await post(owner), await post(owner)]
    await ask(first, busy)
    await ask(second, busy)
    await decide(owner, await ask(await register(), busy), 'rejected')
    await decide(owner, await ask(first, quiet), 'accepted')
    expect((await mine(owner)).items).toMatchObject([
      { id: busy, pendingRequestCount: 2, collaboratorCount: 0 },
      { id: quiet, pendingRequestCount: 0, collaboratorCount: 1 },
    ])
  })

  it('counts a thousand that wait and no more, and reads no more, whatever was decided', async () => {
    const owner = await register()
    const projectId = await post(owner)
    const countOf = async () => {
      const { db, results } = recording()
      const { items } = await ok(send('/api/projects/mine', { token: owner.access, env: { DB: db } }))
      return [items[0].pendingRequestCount, results[1]?.meta.rows_read]
    }
    const add = async (count: number, status: 'pending' | 'rejected') => {
      const people = []
      for (let i = 0; i < count; i++) people.push(await insertUser())
      await insertRequests(people.map(({ id }) => ({ projectId, requesterId: id, status })))
    }
    const [, empty = 0] = await countOf()
    await add(20, 'rejected')
    expect(await countOf()).toEqual([0, empty])
    await add(MAX_PENDING_COUNTED - 1, 'pending')
    // And the one row after them.
    expect(await countOf()).toEqual([999, empty + 1000])
    await ask(await register(), projectId)
    expect(await countOf()).toEqual([1000, empty + 1000])
    await add(20, 'pending')
    expect(await countOf()).toEqual([1000, empty + 1000])
  })

  it("shows nothing of other people's projects, joined ones included", async () => {
    const member = await register()
    await postWithMember(await register(), member)
    expect(await mine(member)).toEqual({ items: [], nextCursor: null })
  })

  it('comes in pages', async () => {
    const owner = await register()
    const ids = await postSeveral(owner, 5)
    expect(await walk('/api/projects/mine?limit=2', owner)).toEqual(ids)
  })

  it("refuses somebody else's cursor", async () => {
    const [owner, other] = [await register(), await register()]
    await postSeveral(owner, 2)
    const { nextCursor } = await mine(owner, { limit: 1 })
    const path = pathOf({ cursor: nextCursor }, '/api/projects/mine')
    await problem(send(path, { token: other.access }), 400, 'invalid_cursor')
  })

  it('refuses a limit of 101', async () => {
    const { access } = await register()
    expect(await fieldsAtFault(send('/api/projects/mine?limit=101', { token: access }))).toEqual(['?limit'])
  })

  it('is for those who are signed in', async () => {
    await problem(send('/api/projects/mine'), 401, 'unauthenticated')
  })
})
