import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { MAX_PENDING_COUNTED } from '../src/projects/project-lists.queries.ts'
import { fieldsAtFault, ok, problem, send } from './support/api.ts'
import { recording } from './support/bindings.ts'
import { insertRequests, insertUser } from './support/by-sql.ts'
import { idsOf, list, pathOf, type Query } from './support/lists.ts'
import { ask, decide, type Person, post, postWithMember, register, walk } from './support/world.ts'

async function postSeveral(owner: Person, count: number, fields: Record<string, unknown> = {}) {
  const ids: number[] = []
  for (let left = count; left > 0; left--) ids.unshift(await post(owner, fields))
  return ids
}

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

describe('The pages of GET /api/projects', () => {
  it('hold twenty unless told otherwise', async () => {
    const owner = await register()
    const ids = await postSeveral(owner, 21)
    const page = await list({ owner: owner.username })
    expect(page.items.map(({ id }: { id: number }) => id)).toEqual(ids.slice(0, 20))
    expect(page.nextCursor).toEqual(expect.any(String))
  })

  it.each([1, 2, 3, 4, 5, 100])('of %i make the whole list', async (limit) => {
    const owner = await register()
    const ids = await postSeveral(owner, 4)
    expect(await walk(pathOf({ owner: owner.username, limit }))).toEqual(ids)
  })

  it('end with the last row, not with an empty page', async () => {
    const owner = await register()
    await postSeveral(owner, 2)
    expect((await list({ owner: owner.username, limit: 2 })).nextCursor).toBeNull()
  })

  it('may change their size on the way', async () => {
    const owner = await register()
    const ids = await postSeveral(owner, 4)
    const { nextCursor } = await list({ owner: owner.username, limit: 1 })
    expect(await walk(pathOf({ owner: owner.username, limit: 50 }), undefined, nextCursor)).toEqual(
      ids.slice(1),
    )
  })

  it('make the whole list where nothing is filtered', async () => {
    await postSeveral(await register(), 8)
    const { results } = await env.DB.prepare('SELECT id FROM projects ORDER BY id DESC').all<{ id: number }>()
    expect(await walk(pathOf({ limit: 23 }))).toEqual(results.map(({ id }) => id))
  })

  it.each([
    ['filtered', (owner: Person): Query => ({ owner: owner.username })],
    ['unfiltered', (): Query => ({})],
  ])('repeat and skip nothing that stayed while rows come and go: %s', async (_, filter) => {
    const owner = await register()
    const ids = await postSeveral(owner, 8)
    const { items, nextCursor } = await list({ ...filter(owner), limit: 2 })
    // Gone: the first row shown, the row that the cursor stands on, the next row and one further on.
    const gone = [0, 1, 2, 5].map((index) => ids[index])
    for (const id of gone) {
      await ok(send(`/api/projects/${id}`, { method: 'DELETE', token: owner.access }), 204)
    }
    await postSeveral(owner, 2)
    const seen = [
      ...items.map(({ id }: { id: number }) => id),
      ...(await walk(pathOf({ ...filter(owner), limit: 50 }), undefined, nextCursor)),
    ]
    expect(seen.slice(0, 6)).toEqual(ids.filter((id, index) => index < 2 || !gone.includes(id)))
    expect(new Set(seen).size).toBe(seen.length)
  })

  it.each([
    ['empty', ''],
    ['a word', 'abc'],
    ['a number', '5'],
    ['signed by nobody', '5.AAAAAAAAAAAA'],
    ['not of our characters', '🦀.🦀'],
    ['as long as a page', 'x'.repeat(2000)],
  ])('refuse a cursor that is %s', async (_, cursor) => {
    await problem(send(pathOf({ cursor })), 400, 'invalid_cursor')
  })

  it('refuse a cursor that was moved', async () => {
    await postSeveral(await register(), 3)
    const { nextCursor } = await list({ limit: 1 })
    const moved = nextCursor.replace(/^\d+/, (id: string) => `${Number(id) - 1}`)
    await problem(send(pathOf({ cursor: moved })), 400, 'invalid_cursor')
  })

  it.each<Query>([
    {},
    { tech: 'Foreign' },
    { role: 'foreign-cursor' },
    { tech: ['Foreign-Cursor', 'Other'] },
    { tech: 'foreign-cursor', status: 'planning' },
    { tech: 'foreign-cursor', isOpen: true },
    { tech: 'foreign-cursor', owner: 'somebody' },
    { tech: 'foreign-cursor', collaborator: 'somebody' },
  ])('refuse the cursor of other filters: %j', async (other) => {
    await postSeveral(await register(), 2, { techStack: ['Foreign-Cursor'] })
    const { nextCursor } = await list({ tech: 'foreign-cursor', limit: 1 })
    await problem(send(pathOf({ ...other, cursor: nextCursor })), 400, 'invalid_cursor')
  })

  it('refuse the cursor of another list', async () => {
    const owner = await register()
    await postSeveral(owner, 2)
    const { nextCursor } = await ok(send('/api/projects/mine?limit=1', { token: owner.access }))
    await problem(send(pathOf({ cursor: nextCursor })), 400, 'invalid_cursor')
  })

  it('take the cursor of the same filters in another order and case', async () => {
    const owner = await register()
    const ids = await postSeveral(owner, 2, { techStack: ['Order-A', 'Order-B'] })
    const { nextCursor } = await list({ tech: ['Order-A', 'Order-B'], limit: 1 })
    const same = { tech: ['order-b', 'ORDER-A', 'order-a'] }
    expect(await walk(pathOf(same), undefined, nextCursor)).toEqual(ids.slice(1))
  })

  it.each(['owner', 'collaborator'] as const)(
    'take the cursor of the same %s in another case',
    async (role) => {
      const people = { owner: await register(), collaborator: await register() }
      const { projectId } = await postWithMember(people.owner, people.collaborator)
      await postWithMember(people.owner, people.collaborator)
      const { username } = people[role]
      const { nextCursor } = await list({ [role]: username, limit: 1 })
      const same = pathOf({ [role]: username.toUpperCase() })
      expect(await walk(same, undefined, nextCursor)).toEqual([projectId])
    },
  )
})

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
