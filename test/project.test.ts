import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { ok, problem, send } from './support/api.ts'
import { ask, decide, type Person, post, postWithMember, register } from './support/world.ts'

const UNKNOWN_ID = 987_654_321

const read = (id: number, viewer?: Person) => ok(send(`/api/projects/${id}`, { token: viewer?.access }))

const remove = (person: Person, id: number | string) =>
  send(`/api/projects/${id}`, { method: 'DELETE', token: person.access })

describe('GET /api/projects/:id', () => {
  it('shows a project to anybody, without a viewer', async () => {
    const owner = await register()
    const body = { title: 'A compiler for haiku', description: 'Five, seven, five.', techStack: ['Rust'] }
    const created = send('/api/projects', { token: owner.access, body })
    const { viewer: _, ...project } = await ok(created, 201)
    expect(await read(project.id)).toEqual(project)
  })

  it('shows collaborators in their roles', async () => {
    const [owner, member] = [await register(), await register({ displayName: 'Grace' })]
    const id = await post(owner)
    await decide(owner, await ask(member, id, { role: 'Admiral' }), 'accepted')
    expect(await read(id)).toMatchObject({
      collaboratorCount: 1,
      collaborators: [{ username: member.username, displayName: 'Grace', avatarUrl: null, role: 'Admiral' }],
    })
  })

  it('shows collaborators in the order in which they asked', async () => {
    const owner = await register()
    const id = await post(owner)
    const names = ['zoe', 'amir', 'mona']
    const requests: number[] = []
    for (const username of names) requests.push(await ask(await register({ username }), id))
    for (const request of requests.toReversed()) await decide(owner, request, 'accepted')
    expect((await read(id)).collaborators).toMatchObject(names.map((username) => ({ username })))
  })

  it('counts nobody as a collaborator who still waits or was refused', async () => {
    const owner = await register()
    const id = await post(owner)
    await ask(await register(), id)
    await decide(owner, await ask(await register(), id), 'rejected')
    expect(await read(id)).toMatchObject({ collaboratorCount: 0, collaborators: [] })
  })

  it('tells the owner of owning it', async () => {
    const owner = await register()
    const { viewer } = await read(await post(owner), owner)
    expect(viewer).toEqual({ isOwner: true, isCollaborator: false, request: null })
  })

  it('tells a stranger of nothing', async () => {
    const { viewer } = await read(await post(await register()), await register())
    expect(viewer).toEqual({ isOwner: false, isCollaborator: false, request: null })
  })

  it('tells who asked of the request that waits', async () => {
    const [id, requester] = [await post(await register()), await register()]
    const request = { id: await ask(requester, id), status: 'pending' }
    expect((await read(id, requester)).viewer).toEqual({ isOwner: false, isCollaborator: false, request })
  })

  it('tells who was refused so', async () => {
    const [owner, requester] = [await register(), await register()]
    const id = await post(owner)
    const request = await decide(owner, await ask(requester, id), 'rejected')
    expect((await read(id, requester)).viewer).toEqual({
      isOwner: false,
      isCollaborator: false,
      request: { id: request.id, status: 'rejected' },
    })
  })

  it('tells a collaborator so', async () => {
    const [owner, member] = [await register(), await register()]
    const { projectId, requestId } = await postWithMember(owner, member)
    expect((await read(projectId, member)).viewer).toEqual({
      isOwner: false,
      isCollaborator: true,
      request: { id: requestId, status: 'accepted' },
    })
  })

  it("tells a viewer nothing of other people's requests", async () => {
    const [id, stranger] = [await post(await register()), await register()]
    await ask(await register(), id)
    expect((await read(id, stranger)).viewer.request).toBeNull()
  })

  it('takes a trailing slash', async () => {
    const id = await post(await register())
    expect((await ok(send(`/api/projects/${id}/`))).id).toBe(id)
  })

  it('gives away no email', async () => {
    const { projectId } = await postWithMember(await register(), await register())
    expect(JSON.stringify(await read(projectId))).not.toContain('@')
  })

  it('does not know an unknown project', async () => {
    await problem(send(`/api/projects/${UNKNOWN_ID}`), 404, 'not_found')
  })

  it.each(['0', '-1', '1.5', '1e3', 'abc', '1a', '9007199254740993', '9'.repeat(30), '%F0%9F%A6%80'])(
    'knows no project of the id %s',
    async (id) => {
      await problem(send(`/api/projects/${id}`), 404, 'not_found')
    },
  )

  it('refuses a broken token rather than ignoring it', async () => {
    const id = await post(await register())
    await problem(send(`/api/projects/${id}`, { token: 'broken' }), 401, 'unauthenticated')
  })
})

describe('DELETE /api/projects/:id', () => {
  it('deletes the project', async () => {
    const owner = await register()
    const id = await post(owner)
    expect(await ok(remove(owner, id), 204)).toBeUndefined()
    await problem(send(`/api/projects/${id}`), 404, 'not_found')
  })

  it('deletes no other project', async () => {
    const owner = await register()
    const [kept, id] = [await post(owner), await post(owner)]
    await ok(remove(owner, id), 204)
    expect((await read(kept)).id).toBe(kept)
  })

  it('takes its requests along', async () => {
    const [owner, member] = [await register(), await register()]
    const { projectId } = await postWithMember(owner, member)
    await ask(await register(), projectId)
    await ok(remove(owner, projectId), 204)
    const { results } = await env.DB.prepare('SELECT id FROM collaboration_requests WHERE project_id = ?')
      .bind(projectId)
      .all()
    expect(results).toEqual([])
  })

  it('takes it out of the lists', async () => {
    const owner = await register()
    const id = await post(owner, { techStack: ['Gone'] })
    await ok(remove(owner, id), 204)
    expect((await ok(send('/api/projects?tech=gone'))).items).toEqual([])
  })

  it('is not for a stranger', async () => {
    const id = await post(await register())
    await problem(remove(await register(), id), 403, 'forbidden')
    expect((await read(id)).id).toBe(id)
  })

  it('is not for a collaborator', async () => {
    const [owner, member] = [await register(), await register()]
    const { projectId } = await postWithMember(owner, member)
    await problem(remove(member, projectId), 403, 'forbidden')
  })

  it('is for those who are signed in', async () => {
    const id = await post(await register())
    await problem(send(`/api/projects/${id}`, { method: 'DELETE' }), 401, 'unauthenticated')
  })

  it.each([UNKNOWN_ID, 'abc', 0])('does not know the project %s', async (id) => {
    await problem(remove(await register(), id), 404, 'not_found')
  })

  it('happens once when asked for ten times at once', async () => {
    const owner = await register()
    const id = await post(owner)
    const answers = await Promise.all(Array.from({ length: 10 }, () => remove(owner, id)))
    expect(answers.map(({ status }) => status).sort()).toEqual([204, ...Array(9).fill(404)])
  })
})
