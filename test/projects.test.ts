import { describe, expect, it } from 'vitest'
import { fieldsAtFault, ok, problem, send } from './support/api.ts'
import { type Person, post, postWithMember, register } from './support/world.ts'

const FIELDS = {
  title: 'A compiler for haiku',
  description: 'Five,\nseven,\tfive.',
  techStack: ['Rust', 'C++', 'Ünïcode', '🦀'],
  rolesNeeded: ['Poet', 'Type theorist'],
  status: 'in_progress',
  isOpen: false,
}
const INSTANT = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
const UNKNOWN_ID = 987_654_321
const CRAB = '🦀'

const namesLike = (count: number) => Array.from({ length: count }, (_, index) => `name ${index}`)

/** Bodies that no project may have, each with the one field it is refused for. */
const REFUSED: [what: string, fields: Record<string, unknown>, pointer: string][] = [
  ['a title of two characters', { title: 'ab' }, '/title'],
  ['a title of three characters, two of them blanks', { title: ' a ' }, '/title'],
  ['a title of two emoji', { title: CRAB.repeat(2) }, '/title'],
  ['a title of 121 characters', { title: 'a'.repeat(121) }, '/title'],
  ['a title that is no text', { title: 12345 }, '/title'],
  ['a title of null', { title: null }, '/title'],
  ['an empty description', { description: '' }, '/description'],
  ['a description of blanks', { description: ' \n\t ' }, '/description'],
  ['a description of 10,001 characters', { description: 'a'.repeat(10_001) }, '/description'],
  ['21 technologies', { techStack: namesLike(21) }, '/techStack'],
  ['an empty technology', { techStack: ['Go', ''] }, '/techStack/1'],
  ['a technology of 41 characters', { techStack: ['a'.repeat(41)] }, '/techStack/0'],
  ['a technology listed twice', { techStack: ['Go', 'Rust', 'Go'] }, '/techStack/2'],
  ['a technology listed in two cases', { techStack: ['Питон', 'ПИТОН'] }, '/techStack/1'],
  ['a technology listed composed and decomposed', { techStack: ['caf\u00e9', 'cafe\u0301'] }, '/techStack/1'],
  ['technologies that are one text', { techStack: 'Go' }, '/techStack'],
  ['technologies of null', { techStack: null }, '/techStack'],
  ['21 roles', { rolesNeeded: namesLike(21) }, '/rolesNeeded'],
  ['a role of 41 characters', { rolesNeeded: ['a'.repeat(41)] }, '/rolesNeeded/0'],
  ['a role listed in two cases', { rolesNeeded: ['Designer', 'dESIGNER'] }, '/rolesNeeded/1'],
  ['an unknown status', { status: 'cancelled' }, '/status'],
  ['a status in capitals', { status: 'PLANNING' }, '/status'],
  ['an isOpen that is a text', { isOpen: 'true' }, '/isOpen'],
  ['an isOpen that is a number', { isOpen: 1 }, '/isOpen'],
]

const read = (id: number, viewer?: Person) => ok(send(`/api/projects/${id}`, { token: viewer?.access }))

const create = (owner: Person, body: unknown) => send('/api/projects', { token: owner.access, body })

const patch = (person: Person, id: number | string, body: unknown) =>
  send(`/api/projects/${id}`, { method: 'PATCH', token: person.access, body })

describe('POST /api/projects', () => {
  it('answers the project whole', async () => {
    const owner = await register({ displayName: 'Ada' })
    expect(await ok(create(owner, FIELDS), 201)).toEqual({
      ...FIELDS,
      id: expect.any(Number),
      owner: { username: owner.username, displayName: 'Ada', avatarUrl: null },
      collaboratorCount: 0,
      collaborators: [],
      viewer: { isOwner: true, isCollaborator: false, request: null },
      createdAt: INSTANT,
      updatedAt: INSTANT,
    })
  })

  it('answers where the project is', async () => {
    const response = await create(await register(), FIELDS)
    const { id } = await ok(response.clone(), 201)
    expect(response.headers.get('Location')).toBe(`/api/projects/${id}`)
  })

  it('plans an open project when told no more than title and description', async () => {
    const body = { title: 'A title', description: 'A description' }
    expect(await ok(create(await register(), body), 201)).toMatchObject({
      ...body,
      techStack: [],
      rolesNeeded: [],
      status: 'planning',
      isOpen: true,
    })
  })

  it('trims what surrounds a text', async () => {
    const body = {
      title: '  A title\n',
      description: '\tWhat for ',
      techStack: [' Go '],
      rolesNeeded: ['QA '],
    }
    expect(await ok(create(await register(), body), 201)).toMatchObject({
      title: 'A title',
      description: 'What for',
      techStack: ['Go'],
      rolesNeeded: ['QA'],
    })
  })

  it('counts code points, and takes as many as are allowed', async () => {
    const longest = namesLike(20).map((name) => name + CRAB.repeat(40 - name.length))
    const body = { title: CRAB.repeat(120), description: CRAB.repeat(10_000), techStack: longest }
    expect(await ok(create(await register(), body), 201)).toMatchObject(body)
  })

  it('takes a title of three emoji', async () => {
    const body = { title: CRAB.repeat(3), description: 'x' }
    expect(await ok(create(await register(), body), 201)).toMatchObject(body)
  })

  it.each(REFUSED)('refuses %s', async (_, fields, pointer) => {
    expect(await fieldsAtFault(create(await register(), { ...FIELDS, ...fields }))).toEqual([pointer])
  })

  it('names every field at fault at once', async () => {
    const body = { title: 'ab', techStack: ['Go', 'go'], rolesNeeded: [''], status: 'lost', isOpen: null }
    expect((await fieldsAtFault(create(await register(), body))).sort()).toEqual(
      ['/description', '/isOpen', '/rolesNeeded/0', '/status', '/techStack/1', '/title'].sort(),
    )
  })

  it('lets nobody post for somebody else', async () => {
    const [owner, other] = [await register(), await register()]
    const body = { ...FIELDS, ownerId: other.id, owner: other.username, id: UNKNOWN_ID }
    const project = await ok(create(owner, body), 201)
    expect([project.owner.username, project.id === UNKNOWN_ID]).toEqual([owner.username, false])
  })

  it('is for those who are signed in', async () => {
    await problem(send('/api/projects', { body: FIELDS }), 401, 'unauthenticated')
  })

  it('answers each of ten at once with its own project', async () => {
    const owner = await register()
    const made = await Promise.all(namesLike(10).map((title) => ok(create(owner, { ...FIELDS, title }), 201)))
    const stored = await Promise.all(made.map(({ id }) => read(id, owner)))
    expect(made.map(({ title }) => title)).toEqual(namesLike(10))
    expect(stored).toEqual(made)
  })
})

describe('PATCH /api/projects/:id', () => {
  it('changes every field', async () => {
    const owner = await register()
    const id = await post(owner)
    expect(await ok(patch(owner, id, FIELDS))).toMatchObject({ id, ...FIELDS })
    expect(await read(id)).toMatchObject({ id, ...FIELDS })
  })

  it.each(Object.entries(FIELDS))('changes %s and nothing else', async (field, value) => {
    const owner = await register()
    const before = await read(await post(owner), owner)
    const expected = { ...before, [field]: value, updatedAt: INSTANT }
    expect(await ok(patch(owner, before.id, { [field]: value }))).toEqual(expected)
  })

  it('empties a list', async () => {
    const owner = await register()
    const id = await post(owner, FIELDS)
    expect((await ok(patch(owner, id, { techStack: [] }))).techStack).toEqual([])
  })

  it('dates the change', async () => {
    const owner = await register()
    const before = await read(await post(owner))
    await scheduler.wait(20)
    const after = await ok(patch(owner, before.id, { title: 'Another' }))
    expect(after.createdAt).toBe(before.createdAt)
    expect(Date.parse(after.updatedAt)).toBeGreaterThan(Date.parse(before.updatedAt))
  })

  it('changes nothing when nothing is named', async () => {
    const owner = await register()
    const before = await read(await post(owner), owner)
    await scheduler.wait(20)
    expect(await ok(patch(owner, before.id, {}))).toEqual(before)
  })

  it('keeps the collaborators', async () => {
    const [owner, member] = [await register(), await register()]
    const { projectId } = await postWithMember(owner, member)
    const project = await ok(patch(owner, projectId, FIELDS))
    expect(project.collaborators).toMatchObject([{ username: member.username }])
  })

  it('gives the project to nobody else', async () => {
    const [owner, other] = [await register(), await register()]
    const id = await post(owner)
    await patch(owner, id, { title: 'Mine', ownerId: other.id, owner: other.username })
    expect((await read(id)).owner.username).toBe(owner.username)
  })

  it.each(REFUSED)('refuses %s', async (_, fields, pointer) => {
    const owner = await register()
    expect(await fieldsAtFault(patch(owner, await post(owner), fields))).toEqual([pointer])
  })

  it('changes nothing when one field of several is refused', async () => {
    const owner = await register()
    const before = await read(await post(owner), owner)
    await fieldsAtFault(patch(owner, before.id, { title: 'Another', status: 'lost' }))
    expect(await read(before.id, owner)).toEqual(before)
  })

  it.each([{ title: 'Taken over' }, {}])('is not for a stranger who sends %j', async (body) => {
    const owner = await register()
    const before = await read(await post(owner), owner)
    await problem(patch(await register(), before.id, body), 403, 'forbidden')
    expect(await read(before.id, owner)).toEqual(before)
  })

  it('is not for a collaborator', async () => {
    const [owner, member] = [await register(), await register()]
    const { projectId } = await postWithMember(owner, member)
    await problem(patch(member, projectId, { title: 'Taken over' }), 403, 'forbidden')
  })

  it('is for those who are signed in', async () => {
    const id = await post(await register())
    const anonymous = send(`/api/projects/${id}`, { method: 'PATCH', body: { title: 'Taken over' } })
    await problem(anonymous, 401, 'unauthenticated')
  })

  it.each([UNKNOWN_ID, 'abc', 0])('does not know the project %s', async (id) => {
    await problem(patch(await register(), id, { title: 'Another' }), 404, 'not_found')
  })

  it('loses none of several changes made at once to different fields', async () => {
    const owner = await register()
    const id = await post(owner)
    await Promise.all(
      Object.entries(FIELDS).map(([field, value]) => ok(patch(owner, id, { [field]: value }))),
    )
    expect(await read(id)).toMatchObject(FIELDS)
  })
})
