import { describe, expect, it } from 'vitest'
import { ok, problem, send } from './support/api.ts'
import { insertProjects, insertRequests } from './support/by-sql.ts'
import { list } from './support/lists.ts'
import { ask, decide, type Person, post, postWithMember, register } from './support/world.ts'

const dashboard = (reader: Person) => ok(send('/api/projects/dashboard', { token: reader.access }))
const get = (reader: Person, path: string) => ok(send(path, { token: reader.access }))
const idsOf = (items: { id: number }[]) => items.map(({ id }) => id)
const newestTen = (ids: number[]) => ids.toReversed().slice(0, 10)

describe('GET /api/projects/dashboard', () => {
  it('is empty for a newcomer', async () => {
    await postWithMember(await register(), await register())
    const nothing = { owned: [], collaborating: [], received: [], sent: [] }
    expect(await dashboard(await register())).toEqual(nothing)
  })

  it('shows what the lists of own projects, joined ones and requests show', async () => {
    const [me, friend] = [await register({ displayName: 'Ada' }), await register()]
    const own = await post(me, { techStack: ['Go'] })
    await ask(friend, own, { role: 'Tester' })
    await postWithMember(friend, me)
    await ask(me, await post(friend))
    const [mine, joined, received, sent] = [
      await get(me, '/api/projects/mine'),
      await list({ collaborator: me.username }),
      await get(me, '/api/projects/requests/received?status=pending'),
      await get(me, '/api/projects/requests/sent'),
    ]
    for (const { items } of [mine, joined, received]) expect(items).toHaveLength(1)
    expect(sent.items).toHaveLength(2)
    expect(await dashboard(me)).toEqual({
      owned: mine.items,
      collaborating: joined.items,
      received: received.items,
      sent: sent.items,
    })
  })

  it('counts on own projects the requests that wait', async () => {
    const [me, friend] = [await register(), await register()]
    const { projectId } = await postWithMember(me, friend)
    await ask(await register(), projectId)
    await ask(await register(), projectId)
    expect((await dashboard(me)).owned).toMatchObject([
      { id: projectId, pendingRequestCount: 2, collaboratorCount: 1 },
    ])
  })

  it('shows the newest ten of each, newest first', async () => {
    const [me, friend] = [await register(), await register()]
    const owned = await insertProjects(
      Array.from({ length: 12 }, () => ({})),
      me.id,
    )
    const theirs = await insertProjects(
      Array.from({ length: 12 }, () => ({})),
      friend.id,
    )
    await insertRequests(
      owned.map((projectId) => ({ projectId, requesterId: friend.id, status: 'pending' as const })),
    )
    await insertRequests(
      theirs.map((projectId) => ({ projectId, requesterId: me.id, status: 'accepted' as const })),
    )
    const shown = await dashboard(me)
    expect(idsOf(shown.owned)).toEqual(newestTen(owned))
    expect(idsOf(shown.collaborating)).toEqual(newestTen(theirs))
    const projectsOf = (requests: { project: { id: number } }[]) => requests.map(({ project }) => project.id)
    expect(projectsOf(shown.received)).toEqual(newestTen(owned))
    expect(projectsOf(shown.sent)).toEqual(newestTen(theirs))
  })

  it('shows ten of eleven, and all of ten', async () => {
    const me = await register()
    for (const [more, shown] of [
      [10, 10],
      [1, 10],
    ] as const) {
      await insertProjects(
        Array.from({ length: more }, () => ({})),
        me.id,
      )
      expect((await dashboard(me)).owned).toHaveLength(shown)
    }
  })

  it('shows of received requests those that wait, of sent ones all', async () => {
    const [me, friend] = [await register(), await register()]
    const [first, second, third] = [await post(me), await post(me), await post(me)]
    const waiting = await ask(friend, first)
    const accepted = await ask(friend, second)
    const rejected = await ask(friend, third)
    await decide(me, accepted, 'accepted')
    await decide(me, rejected, 'rejected')
    expect(idsOf((await dashboard(me)).received)).toEqual([waiting])
    expect(idsOf((await dashboard(friend)).sent)).toEqual([rejected, accepted, waiting])
  })

  it("shows nothing of other people's affairs", async () => {
    const [me, one, another] = [await register(), await register(), await register()]
    const own = await post(me)
    const { projectId } = await postWithMember(one, another)
    await ask(await register(), projectId)
    const nothing = { collaborating: [], received: [], sent: [] }
    expect(await dashboard(me)).toMatchObject({ ...nothing, owned: [{ id: own }] })
  })

  it('takes for joined neither own projects nor those that one waits for or was refused by', async () => {
    const [me, friend] = [await register(), await register()]
    await post(me)
    await ask(me, await post(friend))
    await decide(friend, await ask(me, await post(friend)), 'rejected')
    expect((await dashboard(me)).collaborating).toEqual([])
  })

  it('forgets a project that one has left', async () => {
    const [me, friend] = [await register(), await register()]
    const { requestId } = await postWithMember(friend, me)
    await ok(send(`/api/projects/requests/${requestId}`, { method: 'DELETE', token: me.access }), 204)
    expect(await dashboard(me)).toMatchObject({ collaborating: [], sent: [] })
  })

  it('shows closed and completed projects too', async () => {
    const me = await register()
    const id = await post(me, { status: 'completed', isOpen: false })
    expect(idsOf((await dashboard(me)).owned)).toEqual([id])
  })

  it('is no project by the name of dashboard, and for nobody who is not signed in', async () => {
    await problem(send('/api/projects/dashboard'), 401, 'unauthenticated')
    await problem(send('/api/projects/dashboard', { token: 'broken' }), 401, 'unauthenticated')
  })
})
