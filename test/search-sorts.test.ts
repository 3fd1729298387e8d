import { describe, expect, it } from 'vitest'
import { fieldsAtFault, ok, problem, send } from './support/api.ts'
import { insertProjects, insertUser, type ProjectFields } from './support/by-sql.ts'
import { idsOf, list, pathOf, type Query } from './support/lists.ts'
import { type Person, post, register, walk } from './support/world.ts'

const patch = (owner: Person, id: number, body: object) =>
  ok(send(`/api/projects/${id}`, { method: 'PATCH', token: owner.access, body }))

const SORTS = ['newest', 'oldest', 'updated', 'relevance'] as const

/** Each way to sort, among all projects and among those that meet filters and words. */
const LISTS: Query[] = [
  ...SORTS.flatMap((sort) => [
    { sort, q: 'sorted' },
    { sort, q: 'sorted', tech: 'go', status: 'planning' },
  ]),
  ...['newest', 'oldest', 'updated'].flatMap((sort) => [{ sort }, { sort, tech: 'go' }]),
]

/** What the index of titles splits them at. */
const SEPARATORS =
  ' \t\n!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~\u00a0\u3000–—…·•‘’‚“”„‹›«»¡¿、。・「」『』（）：；，！？／'

/** Twelve projects that were updated in another order than they were made. */
async function twelve(fields: Partial<ProjectFields> = {}) {
  const { id: ownerId, username: owner } = await insertUser()
  const rows = Array.from({ length: 12 }, (_, i) => ({
    title: i % 2 === 0 ? 'Sorted by this' : 'Another one',
    description: 'Sorted by that.',
    techStack: ['Go'],
    updatedAt: ((i * 7) % 12) * 1000 + 1,
    ...fields,
  }))
  const ids = await insertProjects(rows, ownerId)
  const idAt = (updatedAt: number) => ids[rows.findIndex((row) => row.updatedAt === updatedAt)]
  return {
    owner,
    newest: ids.toReversed(),
    oldest: ids,
    updated: Array.from({ length: 12 }, (_, i) => idAt((11 - i) * 1000 + 1)),
    relevance: [0, 1].flatMap((odd) => ids.filter((_, i) => i % 2 === odd).toReversed()),
  }
}

describe('GET /api/projects?sort=', () => {
  it.each(['newest', 'oldest', 'updated'] as const)('orders what meets a filter: %s', async (sort) => {
    const world = await twelve()
    expect(await idsOf({ owner: world.owner, sort })).toEqual(world[sort])
  })

  it.each(SORTS)('orders what words find: %s', async (sort) => {
    const world = await twelve()
    expect(await idsOf({ owner: world.owner, sort, q: 'sorted' })).toEqual(world[sort])
  })

  it.each(['newest', 'oldest', 'updated'] as const)('orders everything: %s', async (sort) => {
    const world = await twelve()
    const ids = await walk(pathOf({ sort, limit: 100 }))
    expect(ids.filter((id) => world.oldest.includes(id))).toEqual(world[sort])
  })

  it('is newest unless told otherwise', async () => {
    const { owner, newest } = await twelve()
    expect(await idsOf({ owner })).toEqual(newest)
    expect(await idsOf({ owner, q: 'sorted' })).toEqual(newest)
  })

  it.each<Query>([{}, { tech: 'Touched' }, { q: 'touchable' }])(
    'puts first what was changed last, with %j',
    async (filter) => {
      const owner = await register()
      const fields = { title: 'Touchable', techStack: ['Touched'] }
      const ids = [await post(owner, fields), await post(owner, fields), await post(owner, fields)]
      await insertProjects([{ title: 'Touchable', techStack: ['Touched'] }], owner.id)
      const [id = 0] = ids
      await patch(owner, id, { status: 'completed' })
      expect((await idsOf({ ...filter, sort: 'updated', limit: 3 }))[0]).toBe(id)
      expect((await idsOf({ ...filter, limit: 3 }))[0]).not.toBe(id)
    },
  )

  it('goes by age among what was updated at once', async () => {
    const { owner, newest } = await twelve({ updatedAt: 5 })
    expect(await walk(pathOf({ owner, sort: 'updated', limit: 5 }))).toEqual(newest)
  })

  it('puts all words in the title above some, some above none, and the newest first in each', async () => {
    const owner = await register()
    const texts: [title: string, description: string][] = [
      ['Nothing of it', 'A solar oven, or two.'],
      ['A solar oven', 'To bake in.'],
      ['A solar lamp', 'And an oven.'],
      ['Of ovens', 'Solar solar solar.'],
      ['The OVEN that is solar', 'For bread.'],
      ['Nothing again', 'An oven; solar.'],
    ]
    const ids: number[] = []
    for (const [title, description] of texts) ids.push(await post(owner, { title, description }))
    const asked = { owner: owner.username, q: 'solar oven', sort: 'relevance' }
    expect(await idsOf(asked)).toEqual([4, 1, 3, 2, 5, 0].map((index) => ids[index]))
  })

  it.each<Query>([{ tech: 'go' }, { role: 'poet' }, { status: 'completed' }, { isOpen: false }])(
    'ranks nothing that does not meet a filter, whatever its title: %j',
    async (filter) => {
      const { id: ownerId, username: owner } = await insertUser()
      const met = { techStack: ['Go'], rolesNeeded: ['Poet'], status: 'completed', isOpen: false }
      const titles = Array.from({ length: 5 }, () => 'Filtered')
      const rows = titles.map((title, i) => ({
        title,
        description: 'Filtered.',
        ...(i % 2 === 0 ? met : {}),
      }))
      const ids = await insertProjects(rows, ownerId)
      const other = await insertProjects([{ title: 'Filtered', ...met }], (await insertUser()).id)
      const [last] = await insertProjects(
        [{ title: 'None of it', description: 'Filtered.', ...met }],
        ownerId,
      )
      const query = { q: 'filtered', sort: 'relevance', ...filter }
      expect(await idsOf({ ...query, owner })).toEqual([ids[4], ids[2], ids[0], last])
      expect((await idsOf({ ...query, limit: 100 }))[0]).toBe(other[0])
    },
  )

  it.each([
    ['Solarium', 'solar'],
    ['Collaboration', 'collaborat'],
    ['Keyboard', 'key'],
    ['Currently', 'currentl'],
  ])('takes the beginning of a last word in the title for a word in it: %s', async (word, q) => {
    const owner = await register()
    const above = await post(owner, { title: word, description: 'Of glass.' })
    await post(owner, { title: 'Of glass', description: `A ${word}.` })
    expect((await idsOf({ owner: owner.username, q, sort: 'relevance' }))[0]).toBe(above)
  })

  it.each([
    'Oven-solar',
    '(Solar)',
    '“Solar” ovens',
    "l'solar",
    'A/solar',
    'オーブン、solar',
    'Old—solar',
    '…solar\u00a0oven',
  ])('takes for a word of the title what stands behind a separator: %s', async (title) => {
    const owner = await register()
    const above = await post(owner, { title, description: 'Of glass.' })
    await post(owner, { title: 'Of glass', description: 'A solar oven.' })
    expect((await idsOf({ owner: owner.username, q: 'solar', sort: 'relevance' }))[0]).toBe(above)
  })

  it('takes for separators in a title all that are common', async () => {
    const { id, username: owner } = await insertUser()
    const titles = [...SEPARATORS].map((separator) => ({ title: `New${separator}zqcooker` }))
    const above = await insertProjects(titles, id)
    const below = await insertProjects([{ title: 'Of glass', description: 'A zqcooker.' }], id)
    const walked = await walk(pathOf({ owner, q: 'zqcooker', sort: 'relevance', limit: 100 }))
    expect(walked).toEqual([...above.toReversed(), ...below])
  })

  it.each(['as', 'Js', 'map as', 'as map'])(
    'puts nothing first that the words do not find: %s',
    async (q) => {
      const owner = await insertUser()
      const ids = await insertProjects(
        ['Map as JS', 'A map', 'J map', 'Js as a map'].map((title) => ({ title, description: 'None.' })),
        owner.id,
      )
      expect(await idsOf({ q, owner: owner.username, sort: 'relevance' })).toEqual([ids[3], ids[0]])
    },
  )

  it('sets a project lower once its title loses the word', async () => {
    const owner = await register()
    const text = { title: 'Relevant', description: 'A relevant one.' }
    const [first, second] = [await post(owner, text), await post(owner, text)]
    await patch(owner, second, { title: 'Otherwise' })
    expect(await idsOf({ owner: owner.username, q: 'relevant', sort: 'relevance' })).toEqual([first, second])
  })

  it.each(['', '&q=', '&q=%20', '&tech=go'])('refuses relevance without words: %s', async (more) => {
    expect(await fieldsAtFault(send(`/api/projects?sort=relevance${more}`))).toEqual(['?sort'])
  })

  it.each(['0', '101', 'many', '1&limit=2'])(
    'refuses relevance without words along with all else that is wrong: limit=%s',
    async (limit) => {
      const pointers = await fieldsAtFault(send(`/api/projects?sort=relevance&limit=${limit}&status=x&tech=`))
      expect(pointers.sort()).toEqual(['?limit', '?sort', '?status', '?tech'])
    },
  )

  it('finds nothing by relevance to punctuation', async () => {
    await twelve()
    expect(await list({ sort: 'relevance', q: '!?' })).toEqual({ items: [], nextCursor: null })
  })

  it.each(['', 'NEWEST', 'updatedAt', '-id', 'rank', 'constructor'])(
    'refuses the order "%s"',
    async (sort) => {
      expect(await fieldsAtFault(send(pathOf({ sort, q: 'x' })))).toEqual(['?sort'])
    },
  )
})

describe('The pages of GET /api/projects?sort=', () => {
  it.each(LISTS)('make the whole list, whatever their size: %j', async (query) => {
    const { owner, ...world } = await twelve()
    const sort = query.sort as (typeof SORTS)[number]
    for (const limit of [1, 5, 6, 11, 12, 13]) {
      const filter = query.q || query.tech ? { owner } : {}
      const ids = await walk(pathOf({ ...query, ...filter, limit: filter.owner ? limit : limit + 40 }))
      expect(ids.filter((id) => world.oldest.includes(id))).toEqual(world[sort])
      expect(new Set(ids).size).toBe(ids.length)
    }
  })

  it.each(LISTS)('end with the last row, not with an empty page: %j', async (query) => {
    const { owner } = await twelve()
    expect((await list({ ...query, owner, limit: 12 })).nextCursor).toBeNull()
    expect((await list({ ...query, owner, limit: 11 })).nextCursor).not.toBeNull()
  })

  it.each(LISTS)('repeat and skip nothing that stayed while rows come, go and change: %j', async (query) => {
    const owner = await register()
    const texts = { title: 'Sorted', description: 'Sorted too.', techStack: ['Go'] }
    for (let i = 0; i < 12; i++) await post(owner, { ...texts, title: i % 3 ? 'Sorted' : 'Another' })
    const filter = query.q || query.tech ? { owner: owner.username } : {}
    const isMine = new Set(await walk(pathOf({ owner: owner.username })))
    const before = (await walk(pathOf({ ...query, ...filter, limit: 100 }))).filter((id) => isMine.has(id))
    const page = await list({ ...query, ...filter, limit: 4 })
    const seen: number[] = page.items.map(({ id }: { id: number }) => id)
    // Before, on and behind the cursor, as far as it stands among these rows.
    const [gone, changed] = [
      [0, 3, 4, 8],
      [1, 5, 9],
    ].map((places) => places.map((at) => before[at] ?? 0))
    for (const id of gone ?? []) {
      await ok(send(`/api/projects/${id}`, { method: 'DELETE', token: owner.access }), 204)
    }
    for (const id of changed ?? []) await patch(owner, id, { title: 'Another, sorted' })
    for (let i = 0; i < 3; i++) await post(owner, texts)
    seen.push(...(await walk(pathOf({ ...query, ...filter, limit: 30 }), undefined, page.nextCursor)))
    const touched = new Set([...(gone ?? []), ...(changed ?? [])])
    const stayed = before.filter((id) => !touched.has(id))
    expect(seen.filter((id) => stayed.includes(id))).toEqual(stayed)
  })

  it.each(
    LISTS.flatMap((query) => {
      const others: Query[] = [
        ...SORTS.map((sort) => ({ sort })),
        { q: 'other' },
        { q: 'sorted that' },
        { q: 'sorted+' },
      ]
      return others
        .map((other) => ({ query, other: { ...query, ...other } }))
        .filter(({ other }) => JSON.stringify(other) !== JSON.stringify(query))
        .filter(({ other }) => other.sort !== 'relevance' || other.q)
    }),
  )('refuse the cursor of $query for $other', async ({ query, other }) => {
    await twelve()
    const { nextCursor: cursor } = await list({ ...query, limit: 1 })
    await problem(send(pathOf({ ...other, cursor })), 400, 'invalid_cursor')
  })

  it.each(LISTS)('refuse a cursor that was moved or cut short: %j', async (query) => {
    await twelve()
    const { nextCursor } = await list({ ...query, limit: 1 })
    const [place = '', mac] = nextCursor.split('.')
    for (const other of [`${Number(place.split('-')[0]) + 1}`, `${place}-1`, `0-${place}`, '']) {
      await problem(send(pathOf({ ...query, cursor: `${other}.${mac}` })), 400, 'invalid_cursor')
    }
  })
})
