import { describe, expect, it } from 'vitest'
import { fieldsAtFault, ok, problem, send } from './support/api.ts'
import { asked, askFor, joined } from './support/requests.ts'
import { decide, post, register } from './support/world.ts'

const INSTANT = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
const UNKNOWN_ID = 987_654_321

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

  it('refuses a request to a closed project, and tells who has asked before of that', async () => {
    const { owner, requester, projectId } = await asked()
    const closing = { method: 'PATCH', token: owner.access, body: { isOpen: false } }
    await ok(send(`/api/projects/${projectId}`, closing))
    await problem(askFor(await register(), projectId), 409, 'project_closed')
    await problem(askFor(requester, projectId), 409, 'request_exists')
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
