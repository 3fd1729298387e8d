import { describe, expect, it } from 'vitest'
import { fieldsAtFault, ok, problem, send } from './support/api.ts'
import { asked, askFor, idsIn, joined, read, withdraw } from './support/requests.ts'
import { ask, decide, type Person, post, register, walk } from './support/world.ts'

const STATUSES = ['pending', 'accepted', 'rejected']

/** A list of requests as its reader sees it: nine, three of each status, each among the others, newest first. */
async function listed(list: 'project' | 'received' | 'sent') {
  const [owner, requester] = [await register(), await register()]
  const onlyProject = await post(owner)
  const requests: { id: number; status: string; requester: Person }[] = []
  for (const status of [...STATUSES, ...STATUSES, ...STATUSES]) {
    const from = list === 'project' ? await register() : requester
    const id = await ask(from, list === 'project' ? onlyProject : await post(owner))
    if (status === 'accepted' || status === 'rejected') await decide(owner, id, status)
    requests.unshift({ id, status, requester: from })
  }
  const path = list === 'project' ? `${onlyProject}/requests` : `requests/${list}`
  return { owner, reader: list === 'sent' ? requester : owner, path, requests }
}

describe.each(['project', 'received', 'sent'] as const)('The list of requests: %s', (list) => {
  it('shows the newest first, whatever their status', async () => {
    const { reader, path, requests } = await listed(list)
    const { items } = await read(reader, path)
    expect(items).toMatchObject(requests.map(({ id, status }) => ({ id, status })))
  })

  it('shows each as it was answered when it was made', async () => {
    const [owner, requester] = [await register(), await register()]
    const projectId = await post(owner)
    const request = await ok(askFor(requester, projectId, { role: 'QA' }), 201)
    const path = list === 'project' ? `${projectId}/requests` : `requests/${list}`
    const page = await read(list === 'sent' ? requester : owner, path)
    expect(page).toEqual({ items: [request], nextCursor: null })
  })

  it('shows nothing of other lists', async () => {
    const { owner, requester } = await asked()
    const path = list === 'project' ? `${await post(owner)}/requests` : `requests/${list}`
    const page = await read(list === 'received' ? requester : owner, path)
    expect(page).toEqual({ items: [], nextCursor: null })
  })

  it.each(STATUSES)('shows only those that are %s', async (status) => {
    const { reader, path, requests } = await listed(list)
    const expected = requests.filter((request) => request.status === status).map(({ id }) => id)
    expect(idsIn(await read(reader, `${path}?status=${status}`))).toEqual(expected)
  })

  it.each([1, 2, 4, 9])('comes in pages of %i', async (limit) => {
    const { reader, path, requests } = await listed(list)
    const ids = await walk(`/api/projects/${path}?limit=${limit}`, reader)
    expect(ids).toEqual(requests.map(({ id }) => id))
  })

  it('repeats and skips nothing that stayed while requests come, go and are decided', async () => {
    const { owner, reader, path, requests } = await listed(list)
    const [, shown, waiting, , leaving] = requests.map(({ id, requester }) => ({ id, requester }))
    if (!shown || !waiting || !leaving) throw new Error('There are nine.')
    const { nextCursor } = await read(reader, `${path}?limit=2`)
    await ok(withdraw(shown.requester, shown.id), 204)
    await ok(withdraw(leaving.requester, leaving.id), 204)
    await decide(owner, waiting.id, 'accepted')
    await ask(reader === owner ? await register() : reader, await post(owner))
    const rest = idsIn(await read(reader, `${path}?cursor=${nextCursor}`))
    expect(rest).toEqual(requests.slice(2).flatMap(({ id }) => (id === leaving.id ? [] : [id])))
  })

  it.each(['status=lost', 'status=', 'limit=0', 'limit=101'])('refuses ?%s', async (query) => {
    const { reader, path } = await listed(list)
    const refused = send(`/api/projects/${path}?${query}`, { token: reader.access })
    expect(await fieldsAtFault(refused)).toEqual([`?${query.split('=')[0]}`])
  })

  it.each(['?', '?status=rejected&'])('refuses the cursor of another status: %s', async (query) => {
    const { reader, path } = await listed(list)
    const { nextCursor } = await read(reader, `${path}?status=pending&limit=1`)
    const foreign = `/api/projects/${path}${query}cursor=${nextCursor}`
    await problem(send(foreign, { token: reader.access }), 400, 'invalid_cursor')
  })

  it("refuses another list's cursor", async () => {
    const [one, other] = [await listed(list), await listed(list)]
    const { nextCursor } = await read(one.reader, `${one.path}?limit=1`)
    const foreign = `/api/projects/${other.path}?cursor=${nextCursor}`
    await problem(send(foreign, { token: other.reader.access }), 400, 'invalid_cursor')
  })

  it("refuses the cursor of another of one's own lists", async () => {
    const { reader, path } = await listed(list)
    const { nextCursor } = await read(reader, `${path}?limit=1`)
    for (const other of ['requests/received', 'requests/sent', 'mine'].filter((each) => each !== path)) {
      const foreign = `/api/projects/${other}?cursor=${nextCursor}`
      await problem(send(foreign, { token: reader.access }), 400, 'invalid_cursor')
    }
  })
})

describe('GET /api/projects/:id/requests', () => {
  it.each(['requester', 'member'] as const)('is not for a %s', async (who) => {
    const world = { requester: await register(), ...(await joined()) }
    await ask(world.requester, world.projectId)
    const path = `/api/projects/${world.projectId}/requests`
    await problem(send(path, { token: world[who].access }), 403, 'forbidden')
  })
})
