import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { insertProjects, insertUser } from './support/by-sql.ts'
import { list, pathOf } from './support/lists.ts'
import { walk } from './support/world.ts'

/** How many of the newest matches are put in order. */
const ORDERED = 1000
const COUNT = 1250

/** More projects than are put in order, so many that the cut is in the middle of every tier. */
let projects: { id: number; updatedAt: number; tier: number }[]
let owner: { id: number; username: string }

const TITLES = ['Much of manifold', 'A manifold', 'Neither']

beforeAll(async () => {
  owner = await insertUser()
  const rows = Array.from({ length: COUNT }, (_, i) => ({
    title: TITLES[i % 3] ?? '',
    description: 'Manifold and much.',
    techStack: ['Common'],
    // A permutation: each moment once.
    updatedAt: 1 + ((i * 777) % COUNT),
  }))
  const ids = await insertProjects(rows, owner.id)
  projects = rows.map(({ updatedAt }, i) => ({ id: ids[i] ?? 0, updatedAt, tier: i % 3 })).toReversed()
})

type Project = (typeof projects)[number]

const ORDERS = {
  updated: (a: Project, b: Project) => b.updatedAt - a.updatedAt,
  relevance: (a: Project, b: Project) => a.tier - b.tier || b.id - a.id,
}
const LISTS = [
  { sort: 'updated' as const, tech: 'common' },
  { sort: 'updated' as const, q: 'manifold much' },
  { sort: 'relevance' as const, q: 'manifold much' },
  { sort: 'relevance' as const, q: 'manifold much', tech: 'common', isOpen: true },
]

/** The newest in order, then all others, newest first. */
const ordered = (by: keyof typeof ORDERS) =>
  [...projects.slice(0, ORDERED).sort(ORDERS[by]), ...projects.slice(ORDERED)].map(({ id }) => id)

describe('More matches than are put in order', () => {
  it.each(LISTS)(
    'come all and once: the newest thousand in order, the rest newest first: %j',
    async (query) => {
      expect(await walk(pathOf({ ...query, limit: 100 }))).toEqual(ordered(query.sort))
    },
  )

  it.each(LISTS)('come so in pages that end on neither side of the cut: %j', async (query) => {
    expect(await walk(pathOf({ ...query, limit: 67 }))).toEqual(ordered(query.sort))
  })

  it.each(['newest', 'oldest'] as const)(
    'come all and once where the order is that of age: %s',
    async (sort) => {
      const ids = projects.map(({ id }) => id)
      const expected = sort === 'newest' ? ids : ids.toReversed()
      expect(await walk(pathOf({ sort, q: 'manifold', limit: 100 }))).toEqual(expected)
    },
  )

  it('come in order of their updates, every one of them, where nothing is filtered', async () => {
    const expected = projects.toSorted(ORDERS.updated).map(({ id }) => id)
    expect(await walk(pathOf({ sort: 'updated', limit: 100 }))).toEqual(expected)
  })

  it.each(LISTS)('come all and once while rows come and go at either side of the cut: %j', async (query) => {
    const before = ordered(query.sort)
    const newest = projects.map(({ id }) => id)
    const page = await list({ ...query, limit: 50 })
    const gone = [0, 1, 49, 50, 500, 998, 999, 1000, 1001, 1100].map((at) => newest[at] ?? 0)
    await env.DB.prepare('DELETE FROM projects WHERE id IN (SELECT value FROM json_each(?))')
      .bind(JSON.stringify(gone))
      .run()
    projects = projects.filter(({ id }) => !gone.includes(id))
    const texts = TITLES.map((title) => ({
      title,
      description: 'Manifold and much.',
      techStack: ['Common'],
    }))
    const late = await insertProjects(texts, owner.id)
    const seen = [
      ...page.items.map(({ id }: { id: number }) => id),
      ...(await walk(pathOf({ ...query, limit: 100 }), undefined, page.nextCursor)),
    ]
    const stayed = before.filter((id) => !gone.includes(id))
    expect(seen.filter((id) => stayed.includes(id))).toEqual(stayed)
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.filter((id) => late.includes(id))).toEqual([])
    await env.DB.prepare('DELETE FROM projects WHERE id IN (SELECT value FROM json_each(?))')
      .bind(JSON.stringify(late))
      .run()
  })
})
