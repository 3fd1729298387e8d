import { describe, expect, it } from 'vitest'
import { fieldsAtFault, ok, problem, send } from './support/api.ts'
import { ask, decide, type Person, post, postWithMember, register, walk } from './support/world.ts'

const INSTANT = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
const UNKNOWN_ID = 987_654_321
const STATUSES = ['pending', 'accepted', 'rejected']

const idsIn = ({ items }: { items: { id: number }[] }) => items.map(({ id }) => id)
const read = (reader: Person, path: string) => ok(send(`/api/projects/${path}`, { token: reader.access }))

const askFor = (requester: Person, projectId: number | string, fields: Record<string, unknown> = {}) =>
  send(`/api/projects/${projectId}/requests`, {
    token: requester.access,
    body: { message: 'Let me in!', ...fields },
  })

const setStatus = (person: Person, requestId: number | string, status: unknown) =>
  send(`/api/projects/requests/${requestId}`, { method: 'PATCH', token: person.access, body: { status } })

const withdraw = (person: Person, requestId: number | string) =>
  send(`/api/projects/requests/${requestId}`, { method: 'DELETE', token: person.access })

const removeMember = (person: Person, projectId: number | string, username: string) =>
  send(`/api/projects/${projectId}/collaborators/${username}`, { method: 'DELETE', token: person.access })

const close = (owner: Person, id: number) =>
  ok(send(`/api/projects/${id}`, { method: 'PATCH', token: owner.access, body: { isOpen: false } }))

/** A project and somebody who has asked to join it. */
async function asked() {
  const [owner, requester] = [await register(), await register()]
  const projectId = await post(owner)
  return { owner, requester, projectId, requestId: await ask(requester, projectId) }
}

/** A project with a member. */
async function joined() {
  const [owner, member] = [await register(), await register()]
  return { owner, member, ...(await postWithMember(owner, member)) }
}

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

describe('POST /api/projects/:id/requests', () => {
  it('answers a request that waits', async () => {
    const [owner, requester] = [await register(), await register({ displayName: 'Grace' })]
    const projectId = await post(owner, { title: 'A compiler' })
    const body = { message: 'I wrote one.\nOnce.', role: 'Admiral' }
    expect(await ok(askFor(requester, projectId, body), 201)).toEqual({
      ...body,
      id: expect.any(Number),
      status: 'pending',
      createdAt: INSTANT,
      decidedAt: null,
      project: { id: projectId, title: 'A compiler' },
      requester: { username: requester.username, displayName: 'Grace', avatarUrl: null },
    })
  })

  it('takes a request for no role', async () => {
    const projectId = await post(await register())
    expect((await ok(askFor(await register(), projectId), 201)).role).toBeNull()
    expect((await ok(askFor(await register(), projectId, { role: null }), 201)).role).toBeNull()
  })

  it('takes a message of 2,000 emoji', async () => {
    const projectId = await post(await register())
    const message = '🦀'.repeat(2000)
    expect((await ok(askFor(await register(), projectId, { message }), 201)).message).toBe(message)
  })

  it.each([
    ['no message', { message: undefined }, '/message'],
    ['a message of blanks', { message: ' \n' }, '/message'],
    ['a message of 2,001 characters', { message: 'a'.repeat(2001) }, '/message'],
    ['an empty role', { role: '' }, '/role'],
    ['a role of 41 characters', { role: 'a'.repeat(41) }, '/role'],
    ['a role that is no text', { role: 7 }, '/role'],
  ])('refuses %s', async (_, fields, pointer) => {
    const projectId = await post(await register())
    expect(await fieldsAtFault(askFor(await register(), projectId, fields))).toEqual([pointer])
  })

  it('accepts nobody because they say so', async () => {
    const projectId = await post(await register())
    const request = await ok(askFor(await register(), projectId, { status: 'accepted' }), 201)
    expect(request.status).toBe('pending')
  })

  it("refuses a request to one's own project", async () => {
    const owner = await register()
    await problem(askFor(owner, await post(owner)), 409, 'own_project')
  })

  it("calls one's own project that, closed or not", async () => {
    const owner = await register()
    await problem(askFor(owner, await post(owner, { isOpen: false })), 409, 'own_project')
  })

  it('refuses a second request while the first waits', async () => {
    const { requester, projectId } = await asked()
    await problem(askFor(requester, projectId), 409, 'request_exists')
  })

  it.each(['accepted', 'rejected'] as const)(
    'refuses a second request once the first is %s',
    async (status) => {
      const { owner, requester, projectId, requestId } = await asked()
      await decide(owner, requestId, status)
      await problem(askFor(requester, projectId), 409, 'request_exists')
    },
  )

  it('takes requests of several people, and of one person to several projects', async () => {
    const { owner, requester, projectId } = await asked()
    await ok(askFor(await register(), projectId), 201)
    await ok(askFor(requester, await post(owner)), 201)
  })

  it('refuses a request to a closed project', async () => {
    const projectId = await post(await register(), { isOpen: false })
    await problem(askFor(await register(), projectId), 409, 'project_closed')
  })
})

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

describe('PATCH /api/projects/requests/:id', () => {
  it.each(['accepted', 'rejected'])('makes the request %s and dates the decision', async (status) => {
    const { owner, requester, requestId } = await asked()
    const [before] = (await read(requester, 'requests/sent')).items
    const after = { ...before, status, decidedAt: INSTANT }
    expect(await ok(setStatus(owner, requestId, status))).toEqual(after)
    expect((await read(requester, 'requests/sent')).items).toEqual([after])
  })

  it('makes a collaborator of who is accepted', async () => {
    const { owner, requester, projectId, requestId } = await asked()
    await ok(setStatus(owner, requestId, 'accepted'))
    expect((await read(owner, `${projectId}`)).collaborators).toMatchObject([
      { username: requester.username },
    ])
  })

  it('decides no other request', async () => {
    const { owner, projectId, requestId } = await asked()
    const other = await ask(await register(), projectId)
    await ok(setStatus(owner, requestId, 'accepted'))
    expect(idsIn(await read(owner, `${projectId}/requests?status=pending`))).toEqual([other])
  })

  it('decides requests to a project that was closed since', async () => {
    const { owner, projectId, requestId } = await asked()
    await close(owner, projectId)
    expect((await ok(setStatus(owner, requestId, 'accepted'))).status).toBe('accepted')
  })

  it.each(['accepted', 'rejected'] as const)('changes nothing when it is %s already', async (status) => {
    const { owner, requestId } = await asked()
    const decided = await decide(owner, requestId, status)
    await scheduler.wait(20)
    expect(await ok(setStatus(owner, requestId, status))).toEqual(decided)
  })

  it.each([
    ['accepted', 'rejected'],
    ['rejected', 'accepted'],
  ] as const)('turns nothing that is %s into %s', async (first, second) => {
    const { owner, requester, requestId } = await asked()
    const decided = await decide(owner, requestId, first)
    await problem(setStatus(owner, requestId, second), 409, 'request_decided')
    expect((await read(requester, 'requests/sent')).items).toEqual([decided])
  })

  it.each(['pending', 'withdrawn', '', null, true])('refuses the status %j', async (status) => {
    const { owner, requestId } = await asked()
    expect(await fieldsAtFault(setStatus(owner, requestId, status))).toEqual(['/status'])
  })

  it('is not for who asked', async () => {
    const { owner, requester, projectId, requestId } = await asked()
    await problem(setStatus(requester, requestId, 'accepted'), 403, 'forbidden')
    expect((await read(owner, `${projectId}`)).collaborators).toEqual([])
  })

  it("is not for another project's owner", async () => {
    const { owner, projectId, requestId } = await asked()
    const { owner: other } = await asked()
    await problem(setStatus(other, requestId, 'rejected'), 403, 'forbidden')
    expect((await read(owner, `${projectId}/requests`)).items).toMatchObject([{ status: 'pending' }])
  })

  it('is not for a stranger, the decision being the same', async () => {
    const { requestId } = await joined()
    await problem(setStatus(await register(), requestId, 'accepted'), 403, 'forbidden')
  })

  it('does not know a request that was withdrawn', async () => {
    const { owner, requester, requestId } = await asked()
    await ok(withdraw(requester, requestId), 204)
    await problem(setStatus(owner, requestId, 'accepted'), 404, 'not_found')
  })
})

describe('DELETE /api/projects/requests/:id', () => {
  it('withdraws a request that waits', async () => {
    const { owner, requester, projectId, requestId } = await asked()
    expect(await ok(withdraw(requester, requestId), 204)).toBeUndefined()
    expect((await read(owner, `${projectId}/requests`)).items).toEqual([])
  })

  it('leaves a project', async () => {
    const { member, projectId, requestId } = await joined()
    await ok(withdraw(member, requestId), 204)
    expect(await read(member, `${projectId}`)).toMatchObject({
      collaboratorCount: 0,
      collaborators: [],
      viewer: { isCollaborator: false, request: null },
    })
  })

  it('leaves others in the project', async () => {
    const { owner, member, projectId, requestId } = await joined()
    const other = await register()
    await decide(owner, await ask(other, projectId), 'accepted')
    await ok(withdraw(member, requestId), 204)
    expect((await read(owner, `${projectId}`)).collaborators).toMatchObject([{ username: other.username }])
  })

  it('lets one ask again after withdrawing', async () => {
    const { requester, projectId, requestId } = await asked()
    await ok(withdraw(requester, requestId), 204)
    expect((await ok(askFor(requester, projectId), 201)).id).not.toBe(requestId)
  })

  it('lets one ask again after leaving', async () => {
    const { member, projectId, requestId } = await joined()
    await ok(withdraw(member, requestId), 204)
    expect(await ok(askFor(member, projectId), 201)).toMatchObject({ status: 'pending', decidedAt: null })
  })

  it('withdraws nothing that was rejected', async () => {
    const { owner, requester, requestId } = await asked()
    const rejected = await decide(owner, requestId, 'rejected')
    await problem(withdraw(requester, requestId), 409, 'request_decided')
    expect((await read(requester, 'requests/sent')).items).toEqual([rejected])
  })

  it('is not for the owner of the project', async () => {
    const { owner, projectId, requestId } = await asked()
    await problem(withdraw(owner, requestId), 403, 'forbidden')
    expect(idsIn(await read(owner, `${projectId}/requests`))).toEqual([requestId])
  })

  it('is not for a stranger', async () => {
    const { member, projectId, requestId } = await joined()
    await problem(withdraw(await register(), requestId), 403, 'forbidden')
    expect((await read(member, `${projectId}`)).viewer.isCollaborator).toBe(true)
  })

  it('tells a stranger not even that it was rejected', async () => {
    const { owner, requestId } = await asked()
    await decide(owner, requestId, 'rejected')
    await problem(withdraw(await register(), requestId), 403, 'forbidden')
  })
})

describe('DELETE /api/projects/:id/collaborators/:username', () => {
  it('rejects the request that made the collaborator', async () => {
    const { owner, member, projectId, requestId } = await joined()
    expect(await ok(removeMember(owner, projectId, member.username), 204)).toBeUndefined()
    expect(await read(member, `${projectId}`)).toMatchObject({
      collaborators: [],
      viewer: { isCollaborator: false, request: { id: requestId, status: 'rejected' } },
    })
  })

  it('dates the removal', async () => {
    const { owner, member, projectId } = await joined()
    const [before] = (await read(member, 'requests/sent')).items
    await scheduler.wait(20)
    await ok(removeMember(owner, projectId, member.username), 204)
    const [after] = (await read(member, 'requests/sent')).items
    expect(Date.parse(after.decidedAt)).toBeGreaterThan(Date.parse(before.decidedAt))
  })

  it('finds the collaborator whatever the case of the username', async () => {
    const { owner, member, projectId } = await joined()
    await ok(removeMember(owner, projectId, member.username.toUpperCase()), 204)
    expect((await read(owner, `${projectId}`)).collaborators).toEqual([])
  })

  it('leaves other collaborators, and the same one in other projects', async () => {
    const { owner, member, projectId } = await joined()
    const other = await register()
    await decide(owner, await ask(other, projectId), 'accepted')
    const { projectId: elsewhere } = await postWithMember(owner, member)
    await ok(removeMember(owner, projectId, member.username), 204)
    const left = [await read(owner, `${projectId}`), await read(owner, `${elsewhere}`)]
    expect(left.map(({ collaborators }) => collaborators)).toMatchObject([
      [{ username: other.username }],
      [{ username: member.username }],
    ])
  })

  it('is final: who was removed neither withdraws nor asks again', async () => {
    const { owner, member, projectId, requestId } = await joined()
    await ok(removeMember(owner, projectId, member.username), 204)
    await problem(withdraw(member, requestId), 409, 'request_decided')
    await problem(askFor(member, projectId), 409, 'request_exists')
  })

  it('removes nobody twice', async () => {
    const { owner, member, projectId } = await joined()
    await ok(removeMember(owner, projectId, member.username), 204)
    await problem(removeMember(owner, projectId, member.username), 404, 'not_found')
  })

  it('takes nobody for a collaborator whose request waits', async () => {
    const { owner, requester, projectId, requestId } = await asked()
    await problem(removeMember(owner, projectId, requester.username), 404, 'not_found')
    expect(idsIn(await read(owner, `${projectId}/requests?status=pending`))).toEqual([requestId])
  })

  it.each(['nobody', '%20', '%F0%9F%A6%80'])('does not know the collaborator %s', async (username) => {
    const { owner, projectId } = await joined()
    await problem(removeMember(owner, projectId, username), 404, 'not_found')
  })

  it.each(['a stranger', 'the collaborator'])('is not for %s', async (who) => {
    const { owner, member, projectId } = await joined()
    const person = who === 'a stranger' ? await register() : member
    await problem(removeMember(person, projectId, member.username), 403, 'forbidden')
    expect((await read(owner, `${projectId}`)).collaboratorCount).toBe(1)
  })
})

const ENDPOINTS: [method: string, path: string, body?: unknown][] = [
  ['POST', ':id/requests', { message: 'Let me in!' }],
  ['GET', ':id/requests'],
  ['PATCH', 'requests/:id', { status: 'accepted' }],
  ['DELETE', 'requests/:id'],
  ['DELETE', ':id/collaborators/somebody'],
]

describe.each<(typeof ENDPOINTS)[number]>([
  ...ENDPOINTS,
  ['GET', 'requests/received'],
  ['GET', 'requests/sent'],
])('%s /api/projects/%s, asked for by nobody', (method, path, body) => {
  it('is unauthenticated', async () => {
    const { projectId, requestId } = await joined()
    const id = path.startsWith(':id') ? projectId : requestId
    const anonymous = send(`/api/projects/${path.replace(':id', `${id}`)}`, { method, body })
    await problem(anonymous, 401, 'unauthenticated')
  })
})

describe.each(ENDPOINTS)('%s /api/projects/%s of an unknown id', (method, path, body) => {
  it.each([UNKNOWN_ID, 0, -1, 1.5, 'abc'])('is not found: %s', async (id) => {
    const { access } = await register()
    const unknown = send(`/api/projects/${path.replace(':id', `${id}`)}`, { method, token: access, body })
    await problem(unknown, 404, 'not_found')
  })
})
