import { describe, expect, it } from 'vitest'
import { fieldsAtFault, ok, problem, send } from './support/api.ts'
import { idsOf, list, pathOf, type Query } from './support/lists.ts'
import { ask, decide, post, postSeveral, postWithMember, register } from './support/world.ts'

/** Posts a project for each of the names; says for each which of the names are found under it. */
async function foundUnder(names: string[], parameter: 'tech' | 'role') {
  const owner = await register()
  const field = parameter === 'tech' ? 'techStack' : 'rolesNeeded'
  for (const name of names) await post(owner, { [field]: [name], title: `Project of ${name}` })
  const found = names.map((name) => list({ [parameter]: name, owner: owner.username }))
  return (await Promise.all(found)).map(({ items }) =>
    items.map((card: Record<string, string[]>) => card[field]?.[0]),
  )
}

const LOOK_ALIKES = [
  'C | C++ | C# | C+ | C-- | C ++ | Objective-C | c#.',
  '.NET | NET | .net core | ASP.NET | Node.js | Node | Nodejs | Node js | js',
  'Test | Tests | Tested | Testing | Tester | Testable | Testability',
  'E | EE | Seed | See | Seeing | Ring | R | Node | Nod | Ember | Emb',
  'Питон | Питона | Бейсик | Беисик | Ё | Е | E',
  'Λόγος | Λογος | Λόγοι | Ω | Ώ',
  '🦀 | 🦀🦀 | 🐍 | 👩‍💻 | 👩 | ❤️ | ❤',
  'café | cafe | Übersicht | Ubersicht | ñ | n',
  'AND | OR | NOT | NEAR | * | " | "" | \' | ^ | facets : x | ( | {}',
  '1 | 01 | 31 | t31x | %31 | \\x31 | [] | ["a","a"]',
]

/** Sixteen projects that differ in everything that can be filtered, and every mix of filters that tells them apart. */
async function mixture() {
  const [ada, bob, member] = [await register(), await register(), await register()]
  const statuses = ['planning', 'in_progress', 'completed']
  const projects: { id: number; matches: (query: Query) => boolean }[] = []
  for (let n = 0; n < 16; n++) {
    const owner = n % 5 < 3 ? ada : bob
    const isJoined = n % 4 !== 1
    const fields = {
      techStack: ['MixC++', 'MixC#'].filter((_, bit) => (n >> bit) & 1),
      rolesNeeded: ['Mixer', 'MixC++'].filter((_, bit) => (n >> (bit + 2)) & 1),
      status: statuses[n % 3],
    }
    const isOpen = n % 7 < 4
    const id = await post(owner, fields)
    if (isJoined) await decide(owner, await ask(member, id), 'accepted')
    await ok(send(`/api/projects/${id}`, { method: 'PATCH', token: owner.access, body: { isOpen } }))
    const matches = (query: Query) =>
      [query.tech ?? []].flat().every((name) => fields.techStack.includes(`${name}`)) &&
      [query.role ?? []].flat().every((name) => fields.rolesNeeded.includes(`${name}`)) &&
      [fields.status, undefined].includes(query.status as string | undefined) &&
      [isOpen, undefined].includes(query.isOpen as boolean | undefined) &&
      [owner.username, undefined].includes(query.owner as string | undefined) &&
      (query.collaborator === undefined || isJoined)
    projects.unshift({ id, matches })
  }
  const mixes: Query[] = [{}, { tech: 'MixC++' }, { tech: ['MixC#', 'MixC++'] }]
    .flatMap((mix) => [mix, { ...mix, role: 'MixC++' }, { ...mix, role: ['MixC++', 'Mixer'] }])
    .flatMap((mix) => [mix, ...statuses.slice(0, 2).map((status) => ({ ...mix, status }))])
    .flatMap((mix) => [mix, { ...mix, isOpen: true }, { ...mix, isOpen: false }])
    .flatMap((mix) => [mix, { ...mix, owner: ada.username }])
    .flatMap((mix) => [mix, { ...mix, collaborator: member.username }])
  return { projects, mixes }
}

const SAME_NAMES = [
  ['Rust', 'rUST'],
  ['C++', 'c++'],
  ['Node.js', 'NODE.JS'],
  ['Питон', 'ПИТОН'],
  ['Λόγος', 'ΛΌΓΟΣ'],
  ['ΟΔΌΣ.JS', 'οδός.js'],
  ['Straße', 'STRASSE'],
  ['ÜBERSICHT', 'übersicht'],
  ['caf\u00e9', 'CAFE\u0301'],
  ['\u212Bngström', 'ångström'],
  ['ⓇⓊⓈⓉ', 'ⓡⓤⓢⓣ'],
  ['Spring Boot', '  spring boot '],
]

describe('GET /api/projects', () => {
  it('shows cards to anybody', async () => {
    const owner = await register({ displayName: 'Ada' })
    const { projectId } = await postWithMember(owner, await register())
    const { collaborators: _, ...card } = await ok(send(`/api/projects/${projectId}`))
    expect(await list({ owner: owner.username })).toEqual({ items: [card], nextCursor: null })
  })

  it('shows the newest first', async () => {
    const ids = await postSeveral(await register(), 3)
    expect((await idsOf({ limit: 3 })).slice(0, 3)).toEqual(ids)
  })

  it('takes a trailing slash', async () => {
    const owner = await register()
    const id = await post(owner)
    expect((await ok(send(`/api/projects/?owner=${owner.username}`))).items).toMatchObject([{ id }])
  })

  it('refuses a broken token rather than ignoring it', async () => {
    await problem(send('/api/projects', { token: 'broken' }), 401, 'unauthenticated')
  })

  it('answers every mix of filters with what meets them all, newest first', async () => {
    const { projects, mixes } = await mixture()
    for (const mix of mixes) {
      const ids = await idsOf({ ...mix, limit: 100 })
      const found = ids.filter((found) => projects.some(({ id }) => id === found))
      const expected = projects.filter(({ matches }) => matches(mix)).map(({ id }) => id)
      expect(found, pathOf(mix)).toEqual(expected)
    }
  })

  describe.each(['tech', 'role'] as const)('by %s', (parameter) => {
    it.each(LOOK_ALIKES)('tells apart %s', async (line) => {
      const names = line.split(' | ')
      expect(await foundUnder(names, parameter)).toEqual(names.map((name) => [name]))
    })

    it.each(SAME_NAMES)('finds %s under %s', async (stored, asked) => {
      const owner = await register()
      const names = ['Other', stored]
      const id = await post(owner, { techStack: names, rolesNeeded: names })
      expect(await idsOf({ owner: owner.username, [parameter]: asked ?? '' })).toEqual([id])
    })
  })

  it('finds a technology of 40 emoji', async () => {
    const name = '🦀'.repeat(40)
    const id = await post(await register(), { techStack: [name] })
    expect(await idsOf({ tech: name })).toEqual([id])
  })

  it('finds by twenty technologies and twenty roles together', async () => {
    const names = Array.from({ length: 20 }, (_, n) => `Twentieth ${n}`)
    const id = await post(await register(), { techStack: names, rolesNeeded: names })
    expect(await idsOf({ tech: names, role: names })).toEqual([id])
  })

  it('keeps technologies, roles, statuses and words apart', async () => {
    const id = await post(await register(), {
      title: 'Apart 1',
      techStack: ['Apart 2'],
      rolesNeeded: ['Apart 3'],
    })
    const found = ['Apart 1', 'Apart 2', 'Apart 3', 'planning'].map(async (name) => [
      (await idsOf({ tech: name })).includes(id),
      (await idsOf({ role: name })).includes(id),
    ])
    expect(await Promise.all(found)).toEqual([
      [false, false],
      [true, false],
      [false, true],
      [false, false],
    ])
  })

  it('finds an owner whatever the case of the username', async () => {
    const owner = await register({ username: 'Case-Owner' })
    const id = await post(owner)
    expect(await idsOf({ owner: 'cASE-oWNER' })).toEqual([id])
  })

  it.each(['owner', 'collaborator'])('finds nothing of an unknown %s', async (parameter) => {
    await postWithMember(await register(), await register())
    expect(await list({ [parameter]: 'nobody' })).toEqual({ items: [], nextCursor: null })
  })

  it('finds collaborators whatever the case of the username', async () => {
    const member = await register({ username: 'Case-Member' })
    const { projectId } = await postWithMember(await register(), member)
    expect(await idsOf({ collaborator: 'cASE-mEMBER' })).toEqual([projectId])
  })

  it('takes neither owners nor those who wait or were refused for collaborators', async () => {
    const [owner, waiting, refused] = [await register(), await register(), await register()]
    const id = await post(owner)
    await ask(waiting, id)
    await decide(owner, await ask(refused, id), 'rejected')
    const found = [owner, waiting, refused].map(({ username }) => idsOf({ collaborator: username }))
    expect(await Promise.all(found)).toEqual([[], [], []])
  })

  it('forgets a collaborator who left', async () => {
    const [owner, member] = [await register(), await register()]
    const { requestId } = await postWithMember(owner, member)
    await ok(send(`/api/projects/requests/${requestId}`, { method: 'DELETE', token: member.access }), 204)
    expect(await idsOf({ collaborator: member.username })).toEqual([])
  })

  it('forgets a collaborator who was removed', async () => {
    const [owner, member] = [await register(), await register()]
    const { projectId } = await postWithMember(owner, member)
    const path = `/api/projects/${projectId}/collaborators/${member.username}`
    await ok(send(path, { method: 'DELETE', token: owner.access }), 204)
    expect(await idsOf({ collaborator: member.username })).toEqual([])
  })

  it('knows people under their new name only', async () => {
    const owner = await register()
    const id = await post(owner)
    const body = { username: 'renamed-owner' }
    await ok(send('/api/accounts/me', { method: 'PATCH', token: owner.access, body }))
    const found = [await idsOf({ owner: 'renamed-owner' }), await idsOf({ owner: owner.username })]
    expect(found).toEqual([[id], []])
  })

  it.each([
    ['tech', { tech: 'Before' }, { techStack: ['After'] }, { tech: 'After' }],
    ['role', { role: 'Before' }, { rolesNeeded: ['After'] }, { role: 'After' }],
    ['status', { status: 'planning' }, { status: 'completed' }, { status: 'completed' }],
    ['isOpen', { isOpen: 'true' }, { isOpen: false }, { isOpen: 'false' }],
  ])('follows a change of what %s asks for', async (_, before, body, after) => {
    const owner = await register()
    const id = await post(owner, { techStack: ['Before'], rolesNeeded: ['Before'] })
    await ok(send(`/api/projects/${id}`, { method: 'PATCH', token: owner.access, body }))
    const mine = { owner: owner.username }
    expect([await idsOf({ ...mine, ...before }), await idsOf({ ...mine, ...after })]).toEqual([[], [id]])
  })

  it.each([
    ['tech=', '?tech'],
    [`tech=${'a'.repeat(41)}`, '?tech'],
    ['tech=Go&tech=', '?tech'],
    [`tech=a${'&tech=b'.repeat(20)}`, '?tech'],
    [`role=${'a'.repeat(41)}`, '?role'],
    ['status=lost', '?status'],
    ['status=planning&status=completed', '?status'],
    ['isOpen=yes', '?isOpen'],
    ['isOpen=1', '?isOpen'],
    ['isOpen=', '?isOpen'],
    ['owner=', '?owner'],
    ['collaborator=', '?collaborator'],
    ...['0', '101', '-1', '1.5', 'abc', '', '1e1', '00000020'].map((limit) => [`limit=${limit}`, '?limit']),
  ])('refuses ?%s', async (query, pointer) => {
    expect(new Set(await fieldsAtFault(send(`/api/projects?${query}`)))).toEqual(new Set([pointer]))
  })

  it.each([
    ['tech=', 'must not be empty'],
    ['role=Tester&role=', 'must not be empty'],
    [`tech=${'a'.repeat(41)}`, 'must have at most 40 characters'],
    [`role=a${'&role=b'.repeat(20)}`, 'must be given at most 20 times'],
  ])('says what is wrong with ?%s', async (query, message) => {
    const { errors } = await problem(send(`/api/projects?${query}`), 422, 'validation_failed')
    expect(errors?.map((error) => error.message)).toEqual([message])
  })

  it('names every parameter at fault at once', async () => {
    const query = 'limit=0&status=lost&isOpen=maybe&tech='
    expect((await fieldsAtFault(send(`/api/projects?${query}`))).sort()).toEqual(
      ['?isOpen', '?limit', '?status', '?tech'].sort(),
    )
  })
})
