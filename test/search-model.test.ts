import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { ok, send } from './support/api.ts'
import { insertProjects, insertRequests, insertUser } from './support/by-sql.ts'
import { list, pathOf } from './support/lists.ts'
import { answerOf, type ModelProject, type ModelQuery } from './support/search-model.ts'
import { type Person, register, walk } from './support/world.ts'

const SEED = env.SEED ? { seed: Number(env.SEED) } : {}

/** Words that are their own stems, as are their beginnings. */
const WORDS = [
  'alpha',
  'alphabot',
  'bolt',
  'bot',
  'drum',
  'kraft',
  'kraken',
  'map',
  'mapkit',
  'дом',
  'домкрат',
  '42',
]
const SPELLINGS: ((word: string) => string)[] = [
  (word) => word,
  (word) => word.toUpperCase(),
  (word) => word.replace('o', 'ö'),
  (word) => word.replace('a', 'a\u0301'),
]
const TECHNOLOGIES = ['C', 'C++', 'C#', '.NET', 'Node.js', 'Питон']
const ROLES = ['Tester', 'Test', 'C++']
const STATUSES = ['planning', 'in_progress', 'completed']
const PEOPLE = 3

/** Three who own and join; the first signs in. */
let people: { id: number; username: string }[]
let someone: Person
beforeAll(async () => {
  someone = await register()
  people = [someone, await insertUser(), await insertUser()]
})

const word = fc
  .tuple(fc.constantFrom(...WORDS), fc.constantFrom(...SPELLINGS))
  .map(([each, spell]) => spell(each))
const separator = fc.constantFrom(' ', ', ', '. ', ' – ', '/', '\n', ' 🦀 ')
const text = (maxLength: number) =>
  fc
    .array(fc.tuple(word, separator), { minLength: 1, maxLength })
    .map((parts) => `${parts.flat().slice(0, -1).join('')} …`)

const project = fc.record({
  title: text(3),
  description: text(8),
  techStack: fc.subarray(TECHNOLOGIES),
  rolesNeeded: fc.subarray(ROLES),
  status: fc.constantFrom(...STATUSES),
  isOpen: fc.boolean(),
  ownerAt: fc.nat({ max: PEOPLE - 1 }),
  requests: fc.array(fc.constantFrom('pending', 'accepted', 'rejected', undefined), {
    minLength: PEOPLE,
    maxLength: PEOPLE,
  }),
  updatedAt: fc.integer({ min: 1, max: 12 }).map((hours) => hours * 3_600_000),
})
type Draft = typeof project extends fc.Arbitrary<infer T> ? T : never

const anyCase = (name: string) => fc.constantFrom(name, name.toLowerCase(), name.toUpperCase())
const some = (names: string[], maxLength: number) =>
  fc.array(fc.constantFrom(...names).chain(anyCase), { maxLength })
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 })

const words = fc
  .tuple(fc.array(word, { maxLength: 2 }), separator, word, fc.nat({ max: 8 }))
  .map(([whole, between, last, length]) => [...whole, [...last].slice(0, length + 1).join('')].join(between))
const filters = fc.record({
  q: fc.option(words, { nil: undefined, freq: 1 }),
  tech: some(TECHNOLOGIES, 2),
  role: some(ROLES, 1),
  status: maybe(fc.constantFrom(...STATUSES)),
  isOpen: maybe(fc.boolean()),
  ownerAt: maybe(fc.nat({ max: PEOPLE })),
  collaboratorAt: maybe(fc.nat({ max: PEOPLE })),
})
const question = fc.oneof(
  { weight: 1, arbitrary: fc.record({ q: words }) },
  { weight: 1, arbitrary: fc.constant({}) },
  { weight: 3, arbitrary: filters },
)
type Question = Partial<typeof filters extends fc.Arbitrary<infer T> ? T : never>

const SORTS = ['newest', 'oldest', 'updated', 'relevance'] as const
const sort = fc.constantFrom(...SORTS)

/** A world of nothing but these projects; gives them back as the model knows them. */
async function worldOf(drafts: Draft[]): Promise<ModelProject[]> {
  await env.DB.exec('DELETE FROM projects')
  const owners = drafts.map(({ ownerAt }) => personAt(ownerAt))
  const rows = drafts.map((draft, i) => ({ ...draft, ownerId: owners[i]?.id ?? 0 }))
  const ids = await insertProjects(rows, someone.id)
  const requests = drafts.flatMap((draft, i) =>
    people.flatMap(({ id, username }, personIndex) => {
      const status = draft.requests[personIndex]
      if (status === undefined || id === owners[i]?.id) return []
      return [{ projectId: ids[i] ?? 0, requesterId: id, status, username }]
    }),
  )
  await insertRequests(requests)
  return drafts.map(({ ownerAt: _, requests: __, ...draft }, i) => ({
    ...draft,
    id: ids[i] ?? 0,
    owner: owners[i]?.username ?? '',
    collaborators: requests
      .filter(({ projectId, status }) => projectId === ids[i] && status === 'accepted')
      .map(({ username }) => username),
  }))
}

const personAt = (index: number) => people[index] ?? { id: 0, username: 'nobody' }

function queryOf({ ownerAt, collaboratorAt, ...rest }: Question, sort: ModelQuery['sort']): ModelQuery {
  return {
    ...rest,
    owner: ownerAt === undefined ? undefined : personAt(ownerAt).username.toUpperCase(),
    collaborator: collaboratorAt === undefined ? undefined : personAt(collaboratorAt).username,
    // Relevance takes words to be relevant to.
    sort: sort === 'relevance' && !rest.q ? 'updated' : sort,
  }
}

/** What the API does to a world between two pages of a list. */
const change = fc.record({
  kind: fc.constantFrom('insert', 'delete', 'update'),
  at: fc.nat({ max: 100 }),
  draft: project,
})
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never

/** Makes a change; gives the id of the project that did not stay as it was. */
async function make({ kind, at, draft }: Change, world: ModelProject[]): Promise<number | undefined> {
  const { title, description, techStack, rolesNeeded, status, isOpen } = draft
  const body = { title, description, techStack, rolesNeeded, status, isOpen }
  if (kind === 'insert') {
    await ok(send('/api/projects', { token: someone.access, body }), 201)
    return
  }
  const mine = world.filter(({ owner }) => owner === someone.username)
  const id = mine[at % mine.length]?.id
  if (id === undefined) return
  const method = kind === 'delete' ? 'DELETE' : 'PATCH'
  const options = { token: someone.access, method, ...(kind === 'update' && { body }) }
  const { status: answer } = await send(`/api/projects/${id}`, options)
  // A project may be deleted twice.
  expect([200, 204, 404]).toContain(answer)
  return id
}

describe('The list of projects', () => {
  it('is, page by page, what a small model of the contract filters and sorts', {
    timeout: 600_000,
  }, async () => {
    const questions = fc.array(
      fc.tuple(question, sort, fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 30 }))),
      {
        minLength: 1,
        maxLength: 5,
      },
    )
    const property = fc.asyncProperty(
      fc.array(project, { maxLength: 40 }),
      questions,
      async (drafts, asked) => {
        const world = await worldOf(drafts)
        for (const [each, by, limit] of asked) {
          const query = queryOf(each, by)
          expect(await walk(pathOf({ ...query, limit })), pathOf({ ...query })).toEqual(
            answerOf(world, query),
          )
        }
      },
    )
    await fc.assert(property, { numRuns: 250, ...SEED })
  })

  it('repeats and skips no project that stayed while others come, go and change', {
    timeout: 600_000,
  }, async () => {
    const property = fc.asyncProperty(
      fc.array(project, { minLength: 5, maxLength: 25 }),
      question,
      sort,
      fc.array(fc.array(change, { maxLength: 3 }), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 6 }),
      async (drafts, each, by, rounds, limit) => {
        const world = await worldOf(drafts)
        const query = queryOf(each, by)
        const changed = new Set<number | undefined>()
        const seen: number[] = []
        let cursor: string | null | undefined
        for (const changes of rounds) {
          if (cursor === null) break
          const page = await list({ ...query, limit, cursor })
          seen.push(...page.items.map(({ id }: { id: number }) => id))
          cursor = page.nextCursor
          for (const one of changes) changed.add(await make(one, world))
        }
        if (cursor !== null) seen.push(...(await walk(pathOf({ ...query, limit }), undefined, cursor)))
        const stayed = world.filter(({ id }) => !changed.has(id))
        const shown = seen.filter((id) => stayed.some((project) => project.id === id))
        expect(shown, pathOf({ ...query })).toEqual(answerOf(stayed, query))
      },
    )
    await fc.assert(property, { numRuns: 150, ...SEED })
  })
})
