import { env } from 'cloudflare:workers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok, type Send, send } from './support/api.ts'
import { recording, type Statement } from './support/bindings.ts'
import { insertProjects, insertRequests, insertUser } from './support/by-sql.ts'
import { faultsOf } from './support/query-plans.ts'
import { PASSWORD } from './support/secrets.ts'
import { ask, type Person, post, postWithMember, register } from './support/world.ts'

let owner: Person
let member: Person
let projectId: number

beforeAll(async () => {
  ;[owner, member] = [await register(), await register()]
  for (let i = 0; i < 3; i++) await postWithMember(owner, member)
  projectId = await post(owner, { techStack: ['Go'], rolesNeeded: ['Tester'] })
  for (let i = 0; i < 3; i++) await ask(await register(), projectId)
  await ask(member, projectId)
  const texts = Array.from({ length: 400 }, (_, i) => ({
    title: `Project ${i}`,
    techStack: [i % 2 ? 'Go' : 'Rust', `Technology ${i}`],
    rolesNeeded: ['Tester'],
    updatedAt: (i * 37) % 400,
  }))
  const ids = await insertProjects(texts, owner.id)
  // Enough for statistics not to call these tables small.
  for (let i = 0; i < 50; i++) {
    const { id: requesterId } = await insertUser()
    const some = ids.filter((_, at) => at % 50 === i)
    await insertRequests(some.map((projectId) => ({ projectId, requesterId, status: 'pending' })))
  }
})

/** The statements as the API really sends them, the guard's among them. */
async function sentBy(path: string, options: Send = {}): Promise<Statement[]> {
  const { db, sent } = recording()
  await ok(send(path, { ...options, env: { DB: db } }))
  expect(sent.length).toBeGreaterThan(0)
  return sent
}

/** The same, and those of the second page, which is there. */
async function sentByPages(path: string, options: Send = {}): Promise<Statement[]> {
  const first = `${path}${path.includes('?') ? '&' : '?'}limit=2`
  const { nextCursor } = await ok(send(first, options))
  expect(nextCursor).toEqual(expect.any(String))
  return [...(await sentBy(first, options)), ...(await sentBy(`${first}&cursor=${nextCursor}`, options))]
}

const FILTERS: [name: string, query: () => string][] = [
  ['nothing', () => ''],
  ['words', () => '&q=project'],
  ['a technology', () => '&tech=go'],
  ['an owner', () => `&owner=${owner.username}`],
  ['words and a technology', () => '&q=project&tech=go'],
  ['words that nothing has', () => '&q=absent'],
  [
    'everything',
    () =>
      `&q=project&tech=go&role=tester&status=planning&isOpen=true&owner=${owner.username}&collaborator=${member.username}`,
  ],
]
const SORTS = ['newest', 'oldest', 'updated', 'relevance']
const LISTS = SORTS.flatMap((sort) =>
  FILTERS.map(([filter, query]) => ({ sort, filter, query })).filter(
    ({ filter }) => sort !== 'relevance' || filter.includes('words') || filter === 'everything',
  ),
)

const OTHERS: [name: string, statements: () => Promise<Statement[]>][] = [
  ['GET /api/projects/mine', () => sentByPages('/api/projects/mine', { token: owner.access })],
  ['GET /api/projects/dashboard', () => sentBy('/api/projects/dashboard', { token: owner.access })],
  ['GET /api/projects/facets', () => sentBy('/api/projects/facets')],
  ['GET /api/projects/:id', () => sentBy(`/api/projects/${projectId}`, { token: member.access })],
  ['received requests', () => sentByPages('/api/projects/requests/received', { token: owner.access })],
  [
    'received requests that wait',
    () => sentByPages('/api/projects/requests/received?status=pending', { token: owner.access }),
  ],
  ['sent requests', () => sentByPages('/api/projects/requests/sent', { token: member.access })],
  [
    'sent requests that were accepted',
    () => sentByPages('/api/projects/requests/sent?status=accepted', { token: member.access }),
  ],
  [
    'requests to a project',
    () => sentByPages(`/api/projects/${projectId}/requests`, { token: owner.access }),
  ],
  ['GET /api/accounts/sessions', () => sentBy('/api/accounts/sessions', { token: owner.access })],
  ['GET /api/accounts/me', () => sentBy('/api/accounts/me', { token: owner.access })],
  ['GET /api/accounts/users/:username', () => sentBy(`/api/accounts/users/${owner.username}`)],
  [
    'POST /api/accounts/login',
    () => sentBy('/api/accounts/login', { body: { email: owner.email, password: PASSWORD } }),
  ],
]

const faultsOfAll = async (statements: Statement[]) => (await Promise.all(statements.map(faultsOf))).flat()

describe.each([
  ['by an index', false],
  ['by an index still when SQLite has statistics', true],
])('The database finds %s', (_, hasStatistics) => {
  beforeAll(async () => {
    if (hasStatistics) await env.DB.exec('ANALYZE')
  })
  afterAll(async () => {
    if (hasStatistics) await env.DB.exec('DELETE FROM sqlite_stat1; ANALYZE sqlite_schema')
  })

  it.each(LISTS)('projects by $filter, $sort', async ({ sort, filter, query }) => {
    const path = `/api/projects?sort=${sort}${query()}`
    const hasPages = filter !== 'everything' && !filter.includes('nothing has')
    expect(await faultsOfAll(await (hasPages ? sentByPages(path) : sentBy(path)))).toEqual([])
  })

  it.each(OTHERS)('what is asked for by %s', async (_name, statements) => {
    expect(await faultsOfAll(await statements())).toEqual([])
  })
})

describe('The test of plans', () => {
  it.each([
    ['a table read whole', 'SELECT * FROM users', 'SCAN users'],
    ['a table read whole by an index', 'SELECT count(*) FROM users', 'SCAN users USING COVERING INDEX'],
    ['a table read whole under another name', 'SELECT user_agent FROM sessions AS kept', 'SCAN kept'],
    [
      'a table read from an id on',
      'SELECT id FROM collaboration_requests WHERE requester_id + 0 = 1 AND id < 9 ORDER BY id DESC LIMIT 9',
      'SEARCH collaboration_requests USING INTEGER PRIMARY KEY (rowid<?)',
    ],
    ['a list without an end', 'SELECT id FROM projects ORDER BY id DESC', 'SCAN projects'],
    [
      'a table sorted',
      'SELECT id FROM projects WHERE owner_id = 1 ORDER BY title',
      'USE TEMP B-TREE FOR ORDER BY',
    ],
    [
      'a table sorted by what its index leaves open',
      'SELECT id FROM projects ORDER BY updated_at DESC, title',
      'LAST TERM OF ORDER BY',
    ],
    [
      'a table grouped',
      'SELECT title, count(*) FROM projects WHERE owner_id = 1 GROUP BY title',
      'USE TEMP B-TREE FOR GROUP BY',
    ],
    [
      'a table of which each is taken once',
      'SELECT DISTINCT title FROM projects WHERE owner_id = 1',
      'USE TEMP B-TREE FOR DISTINCT',
    ],
    ['an index of words read whole', 'SELECT rowid FROM projects_search', 'SCAN projects_search'],
    [
      'an index made for one query',
      'SELECT 1 FROM (SELECT json(title) AS t FROM projects LIMIT 9) AS a JOIN (SELECT json(title) AS t FROM projects LIMIT 9) AS b ON a.t = b.t',
      'AUTOMATIC',
    ],
  ])('finds fault with %s', async (_, sql, fault) => {
    expect((await faultsOf({ sql, values: [] })).join()).toContain(fault)
  })
})
