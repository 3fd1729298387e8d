import { describe, expect, it } from 'vitest'
import { ok, problem } from './support/api.ts'
import { asked, askFor, idsIn, joined, read, removeMember, withdraw } from './support/requests.ts'
import { ask, decide, postWithMember, register } from './support/world.ts'

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
