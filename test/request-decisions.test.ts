import { describe, expect, it } from 'vitest'
import { fieldsAtFault, ok, problem, send } from './support/api.ts'
import { asked, idsIn, joined, read, setStatus, withdraw } from './support/requests.ts'
import { ask, decide, type Person, register } from './support/world.ts'

const INSTANT = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)

const close = (owner: Person, id: number) =>
  ok(send(`/api/projects/${id}`, { method: 'PATCH', token: owner.access, body: { isOpen: false } }))

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
