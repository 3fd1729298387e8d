import { beforeAll, describe, expect, it } from 'vitest'
import { ok, type Send, send } from './support/api.ts'
import { recording } from './support/bindings.ts'
import { insertProjects, insertRequests } from './support/by-sql.ts'
import { type Person, register } from './support/world.ts'

const SMALL = 1_000
const LARGE = 20_000

interface Cost {
  items: number
  read: number
  written: number
}

/** The rows that D1 says it read and wrote for a request, which is what it bills, and how many items are shown. */
async function costOf(path: string, options: Send = {}, status = 200): Promise<Cost> {
  const { db, results } = recording()
  const body = await ok(send(path, { ...options, env: { DB: db } }), status)
  const sum = (count: 'rows_read' | 'rows_written') =>
    results.reduce((total, { meta }) => total + meta[count], 0)
  return { items: body.items?.length ?? 0, read: sum('rows_read'), written: sum('rows_written') }
}

let owner: Person
let member: Person
let other: Person

/**
 * Projects of skewed popularity: all about something common, half of them in Common, a third for testers, a tenth
 * completed, a fifth closed, an eighth of the owner, a fiftieth joined by the member; five, among the oldest, in Rare and
 * about something seldom.
 */
async function grow(from: number, to: number) {
  const rows = Array.from({ length: to - from }, (_, at) => {
    const i = from + at
    const isRare = i % 100 === 50 && i < 500
    return {
      ownerId: i % 8 === 0 ? owner.id : other.id,
      title: `${i % 3 ? 'Common' : 'Plain'} project ${isRare ? 'seldom' : i}`,
      description: `Something common about ${i % 500} and so on.`,
      techStack: [i % 2 ? 'Common' : 'Other', isRare ? 'Rare' : `Technology ${i % 300}`],
      rolesNeeded: [i % 3 ? 'Writer' : 'Tester', `Role ${i % 70}`],
      status: i % 10 ? 'planning' : 'completed',
      isOpen: i % 5 !== 0,
      updatedAt: (i * 7919) % LARGE,
    }
  })
  const ids = await insertProjects(rows, other.id)
  const joined = ids.filter((_, at) => (from + at) % 50 === 1)
  await insertRequests(joined.map((projectId) => ({ projectId, requesterId: member.id, status: 'accepted' })))
}

/** Among the matches of the filters all are somewhere common, or few. */
const FILTERS: [name: string, query: () => string][] = [
  ['nothing', () => ''],
  ['a common technology', () => '&tech=common'],
  ['a rare technology', () => '&tech=rare'],
  ['an absent technology', () => '&tech=absent'],
  ['a role', () => '&role=tester'],
  ['a technology and a role', () => '&tech=common&role=tester'],
  ['a rare technology and a role', () => '&tech=rare&role=tester'],
  ['a status', () => '&status=completed'],
  ['openness', () => '&isOpen=true'],
  ['an owner', () => `&owner=${owner.username}`],
  ['a collaborator', () => `&collaborator=${member.username}`],
  ['an unknown owner', () => '&owner=nobody'],
  ['common words', () => '&q=common%20project'],
  ['a common beginning', () => '&q=c'],
  ['a rare word', () => '&q=seldom'],
  ['an absent word', () => '&q=nonesuch'],
  ['a rare word among common ones', () => '&q=common%20seldom%20project'],
  ['common words and filters', () => '&q=common&tech=common&status=planning&isOpen=true'],
  ['common words and an absent technology', () => '&q=common&tech=absent'],
  [
    'everything',
    () =>
      `&q=project&tech=common&role=writer&status=planning&isOpen=true&owner=${other.username}&collaborator=${member.username}`,
  ],
]

const listsBy = (sort: string, filters: typeof FILTERS) =>
  filters.map(([filter, query]) => ({
    name: `${filter}, ${sort}`,
    path: () => `/api/projects?sort=${sort}${query()}`,
  }))

/** Lists in an order that an index has. */
const LISTS = [
  ...listsBy('newest', FILTERS),
  ...listsBy('oldest', FILTERS),
  ...listsBy('updated', FILTERS.slice(0, 1)),
]
/** Lists whose newest thousand matches are read to be put in order. */
const ORDERED_MATCHES = 1000
const ORDERED = [
  ...listsBy('updated', FILTERS.slice(1)).map((each) => ({ ...each, perMatch: 4 })),
  ...listsBy(
    'relevance',
    FILTERS.filter(([name]) => /word|beginning|everything/.test(name)),
  ).map((each) => ({
    ...each,
    // Counted when they are found and, two in three, again when those in the title are: as these fill the page, the others are
    // not looked for.
    perMatch: 2.1,
  })),
]

const OTHERS: [name: string, path: string, who: () => Person][] = [
  ['facets', '/api/projects/facets', () => other],
  ['the dashboard of one who owns', '/api/projects/dashboard', () => owner],
  ['the dashboard of one who joins', '/api/projects/dashboard', () => member],
  ['my own projects', '/api/projects/mine', () => owner],
  ['requests received', '/api/projects/requests/received', () => other],
  ['requests sent', '/api/projects/requests/sent', () => member],
]

/** By what was asked for: its cost when there are few projects, and when there are twenty times as many. */
const costs = new Map<string, { small: Cost; large: Cost }>()
const costsOf = (name: string) => {
  const found = costs.get(name)
  if (!found) throw new Error(`${name} was not measured.`)
  return found
}

async function measure(): Promise<Map<string, Cost>> {
  const measured = new Map<string, Cost>()
  for (const { name, path } of [...LISTS, ...ORDERED]) measured.set(name, await costOf(path()))
  for (const [name, path, who] of OTHERS) measured.set(name, await costOf(path, { token: who().access }))
  return measured
}

/** The second pages of ordered lists, as the first told them when there were few projects. */
const secondPages: { name: string; path: string; perMatch: number }[] = []

beforeAll(async () => {
  ;[owner, member, other] = [await register(), await register(), await register()]
  await grow(0, SMALL)
  const small = await measure()
  for (const { path, ...list } of ORDERED) {
    const { nextCursor } = await ok(send(path()))
    if (nextCursor) secondPages.push({ ...list, path: `${path()}&cursor=${nextCursor}` })
  }
  await grow(SMALL, LARGE)
  for (const [name, large] of await measure()) costs.set(name, { small: small.get(name) ?? large, large })
}, 120_000)

/** What a page of a list may read: a row of each table for an item, with what leads there, whatever the filters. */
const pageBudget = ({ items }: Cost) => 25 * items + 50
const perItem = ({ items, read }: Cost) => read / (items + 1)

describe('A page of projects', () => {
  it.each(LISTS)('reads as many rows as it shows: $name', ({ name }) => {
    const { small, large } = costsOf(name)
    expect(small.read).toBeLessThanOrEqual(pageBudget(small))
    expect(large.read).toBeLessThanOrEqual(pageBudget(large))
  })

  it.each(LISTS)('reads no more rows for there being twenty times as many projects: $name', ({ name }) => {
    const { small, large } = costsOf(name)
    expect(perItem(large)).toBeLessThanOrEqual(perItem(small) * 1.2)
  })

  it.each(ORDERED)('reads a thousand matches at most to put them in order: $name', ({ name, perMatch }) => {
    const { small, large } = costsOf(name)
    expect(small.read).toBeLessThanOrEqual(pageBudget(small) + perMatch * ORDERED_MATCHES)
    expect(large.read).toBeLessThanOrEqual(pageBudget(large) + perMatch * ORDERED_MATCHES)
  })

  it('reads none of what was posted since, when an old cursor is gone on with', async () => {
    expect(secondPages.length).toBeGreaterThan(10)
    for (const { name, path, perMatch } of secondPages) {
      const cost = await costOf(path)
      expect(cost.items, name).toBeGreaterThan(0)
      expect(cost.read, name).toBeLessThanOrEqual(pageBudget(cost) + perMatch * ORDERED_MATCHES)
    }
  })

  it.each([
    ['newest', ''],
    ['oldest', ''],
    ['updated', ''],
    ['newest', '&q=common'],
    ['oldest', '&tech=common'],
    // Past the thousand that are put in order.
    ['updated', '&q=common'],
    ['updated', '&tech=common'],
    ['relevance', '&q=common'],
  ])('reads as many rows as it shows five thousand rows down the list: %s%s', async (sort, query) => {
    const path = `/api/projects?sort=${sort}${query}`
    let cursor = ''
    for (let page = 0; page < 50; page++) {
      cursor = `&cursor=${(await ok(send(`${path}&limit=100${cursor}`))).nextCursor}`
    }
    const cost = await costOf(path + cursor)
    expect(cost.items).toBe(20)
    expect(cost.read).toBeLessThanOrEqual(pageBudget(cost))
  })

  it('reads as many rows as it shows among projects that were changed in the same moment', async () => {
    await insertProjects(
      Array.from({ length: 2000 }, () => ({ updatedAt: LARGE })),
      other.id,
    )
    let cursor = ''
    for (let page = 0; page < 15; page++) {
      cursor = `&cursor=${(await ok(send(`/api/projects?sort=updated&limit=100${cursor}`))).nextCursor}`
    }
    const cost = await costOf(`/api/projects?sort=updated${cursor}`)
    expect(cost.items).toBe(20)
    expect(cost.read).toBeLessThanOrEqual(pageBudget(cost))
  })
})

const names = (kind: string, count: number, from: number, outOf: number) =>
  Array.from({ length: count }, (_, i) => `${kind} ${(from * 7 + i) % outOf}`)

describe('Reading', () => {
  it.each(OTHERS)('%s takes no more rows for there being twenty times as many projects', (name) => {
    const { small, large } = costsOf(name)
    expect(large.read).toBeLessThanOrEqual(small.read * 1.2)
  })

  it('the dashboard takes at most 25 rows for each of its forty items', () => {
    for (const [name] of OTHERS.slice(1, 3)) {
      expect(costsOf(name).large.read).toBeLessThanOrEqual(25 * 40)
    }
  })

  it('facets takes at most 3,500 rows while 99 projects of eight names each wait to be counted', async () => {
    for (let id = 0, i = 0; id % 100 !== 99; i++) {
      const project = { techStack: names('Technology', 5, i, 300), rolesNeeded: names('Role', 3, i, 70) }
      ;[id = 0] = await insertProjects([project], other.id)
    }
    expect((await costOf('/api/projects/facets')).read).toBeLessThanOrEqual(3_500)
  })
})

describe('Posting a project of five technologies and three roles', () => {
  it('writes 5 rows, and 12 on average with every hundredth, which counts a hundred', async () => {
    const written: number[] = []
    for (let i = 0; i < 200; i++) {
      const body = {
        title: 'A usual project',
        description: 'Of some usual words.',
        techStack: names('Technology', 5, i, 300),
        rolesNeeded: names('Role', 3, i, 70),
      }
      written.push((await costOf('/api/projects', { token: owner.access, body }, 201)).written)
    }
    const usual = written.filter((rows) => rows <= 5)
    expect(usual.length).toBe(198)
    expect(written.reduce((total, rows) => total + rows, 0) / written.length).toBeLessThanOrEqual(12)
  })
})

describe('Changing a project of twenty technologies and twenty roles that is counted already', () => {
  const all = { techStack: names('Technology', 20, 0, 300), rolesNeeded: names('Role', 20, 0, 70) }
  const costOfChange = async (body: object) => {
    const [id] = await insertProjects([all], owner.id)
    await insertProjects(
      Array.from({ length: 100 }, () => ({})),
      other.id,
    )
    return costOf(`/api/projects/${id}`, { method: 'PATCH', token: owner.access, body }, 200)
  }

  it('writes no more for a name that stays, wherever in the list', async () => {
    const { written } = await costOfChange({ title: 'Another title' })
    const reordered = { techStack: all.techStack.toReversed(), rolesNeeded: all.rolesNeeded.toReversed() }
    expect((await costOfChange(reordered)).written).toBe(written)
  })

  it('writes up to 3 rows for a name that comes or goes', async () => {
    const { written } = await costOfChange({ title: 'Another title' })
    const oneOther = { techStack: [...all.techStack.slice(1), 'Another'] }
    expect((await costOfChange(oneOther)).written).toBeLessThanOrEqual(written + 2 * 3)
    const allOthers = { techStack: names('Gear', 20, 0, 20), rolesNeeded: names('Part', 20, 0, 20) }
    expect((await costOfChange(allOthers)).written).toBeLessThanOrEqual(203)
  })
})
