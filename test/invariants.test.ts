import { reset } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { avatarViolations, INVARIANTS } from '../scripts/invariants.ts'
import { databaseViolations, violations } from './support/invariants.ts'

/** The schema without what keeps SQL from breaking it. Its triggers remain. */
const LAX_SCHEMA = env.MIGRATIONS.flatMap(({ queries }) => queries).map((query) =>
  query
    .replace(/,\n\t(?:CONSTRAINT ".*?|FOREIGN KEY .*?)(?=,?\n)/g, '')
    .replace('CREATE UNIQUE INDEX', 'CREATE INDEX'),
)

const HASH = `'$2b$04$' || printf('%.53d', 0)`
const DIGEST = `'${'d'.repeat(64)}'`
const SESSION_ID = `'${'s'.repeat(43)}'`

/** Two people, a project that one of them has joined, a session, and an avatar of each kind. */
const WORLD = [
  `INSERT INTO users (id, email, username, password_hash, created_at)
    VALUES (1, 'ada@example.com', 'ada', ${HASH}, 1), (2, 'ben@example.com', 'ben', ${HASH}, 1)`,
  `UPDATE profiles SET avatar_key = 'ada-' || user_id, skills = '["SQL"]', github_url = 'https://github.com/x'`,
  `INSERT INTO discarded_avatars (key) VALUES ('left')`,
  `INSERT INTO sessions (id, user_id, counter, created_at, last_used_at, rotated_at, expires_at)
    VALUES (${SESSION_ID}, 1, 1, 1, 2, 2, 10000000)`,
  `INSERT INTO projects (id, owner_id, title, description, tech_stack, roles_needed, created_at, updated_at)
    VALUES (100, 1, 'A chess-engine, running', 'In "Rust": fast \\ safe.
For two.', '[["rust","Rust"],["c++","C++"]]', '[["ärztin","Ärztin"]]', 1, 1),
      (101, 1, 'Über alles 漢字', 'x', '[["rust","Rust"]]', '[]', 1, 1)`,
  `INSERT INTO collaboration_requests (id, project_id, owner_id, requester_id, message, status, created_at, decided_at)
    VALUES (1, 100, 1, 2, 'May I?', 'accepted', 1, 2)`,
]

async function run(statements: string[]) {
  await env.DB.batch(statements.map((sql) => env.DB.prepare(sql)))
}

const another = (table: string, changed: Record<string, string>, from = '1') => {
  const columns: Record<string, string[]> = {
    users: ['email', 'username', 'password_hash', 'created_at', 'disabled_at'],
    sessions: [
      'id',
      'user_id',
      'counter',
      'created_at',
      'last_used_at',
      'rotated_at',
      'expires_at',
      'revoked_at',
    ],
    collaboration_requests: [
      'project_id',
      'owner_id',
      'requester_id',
      'message',
      'status',
      'created_at',
      'decided_at',
    ],
  }
  const names = columns[table] ?? []
  return `INSERT INTO ${table} (${names}) SELECT ${names.map((name) => changed[name] ?? name)} FROM ${table} WHERE rowid = ${from}`
}

const names = (count: number) =>
  `(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
    SELECT json_group_array(json_array('n' || i, 'N' || i)) FROM n)`

/** What breaks an invariant, and no other one. */
const BREAKS: [name: string, ...statements: string[][]][] = [
  [
    'SQLite finds the database whole, its search index too',
    [
      'CREATE TABLE broken (n CHECK (n > 0))',
      'PRAGMA ignore_check_constraints = on',
      'INSERT INTO broken VALUES (0)',
      'PRAGMA ignore_check_constraints = off',
    ],
  ],
  [
    'No id is given out twice',
    ...['users', 'projects', 'collaboration_requests'].map((name) => [
      `UPDATE sqlite_sequence SET seq = 0 WHERE name = '${name}'`,
    ]),
  ],
  ['Every user has a profile', ['DELETE FROM profiles WHERE user_id = 2', `DELETE FROM discarded_avatars`]],
  ['Every profile belongs to a user', ['INSERT INTO profiles (user_id) VALUES (3)']],
  [
    'No two users have one email, whatever its case',
    [another('users', { email: `'ADA@example.com'`, username: `'eve'` })],
  ],
  [
    'No two users have one username, whatever its case',
    [another('users', { email: `'eve@example.com'`, username: `'ADA'` })],
  ],
  [
    'Emails and usernames have their form',
    [`UPDATE users SET email = 'nobody' WHERE id = 1`],
    [`UPDATE users SET email = ' ada@example.com' WHERE id = 1`],
    [`UPDATE users SET username = 'a' WHERE id = 1`],
    [`UPDATE users SET username = '-ada' WHERE id = 1`],
    [`UPDATE users SET username = 'ada!' WHERE id = 1`],
  ],
  [
    'Every password is kept as a bcrypt hash',
    [`UPDATE users SET password_hash = 'plain' WHERE id = 1`],
    [`UPDATE users SET password_hash = substr(password_hash, 1, 59) WHERE id = 1`],
  ],
  [
    'Profiles have their form',
    [`UPDATE profiles SET display_name = printf('%.81d', 0)`],
    [`UPDATE profiles SET bio = printf('%.2001d', 0)`],
    [`UPDATE profiles SET github_url = 'javascript:alert(1)'`],
    [`UPDATE profiles SET avatar_key = 'a/b' WHERE user_id = 1`],
  ],
  [
    'Skills are at most 30 texts of 1 to 40 characters, none of them twice',
    [`UPDATE profiles SET skills = 'not JSON'`],
    [`UPDATE profiles SET skills = '{}'`],
    [`UPDATE profiles SET skills = '[1]'`],
    [`UPDATE profiles SET skills = '[null]'`],
    [`UPDATE profiles SET skills = '[""]'`],
    [`UPDATE profiles SET skills = '["SQL","sql"]'`],
    [`UPDATE profiles SET skills = json_array(printf('%.41d', 0))`],
    [
      `UPDATE profiles SET skills = (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 31)
      SELECT json_group_array('n' || i) FROM n)`,
    ],
  ],
  ['No two profiles show one avatar', [`UPDATE profiles SET avatar_key = 'same'`]],
  [
    'No avatar that a profile shows is noted for removal',
    [`INSERT INTO discarded_avatars (key) VALUES ('ada-1')`],
  ],
  ['Every session belongs to a user', ['UPDATE sessions SET user_id = 3']],
  [
    'Session ids are 256 bits long',
    [`UPDATE sessions SET id = 'short'`],
    [`UPDATE sessions SET id = '+' || substr(id, 2)`],
  ],
  ['A session expires after it began', ['UPDATE sessions SET expires_at = created_at']],
  [
    'A session that was never refreshed counts 0, any other the refreshes',
    ['UPDATE sessions SET counter = 0'],
    ['UPDATE sessions SET counter = -1'],
    ['UPDATE sessions SET rotated_at = NULL'],
  ],
  [
    'A session is used after it began, and refreshed no later than used',
    ['UPDATE sessions SET rotated_at = 10000'],
    ['UPDATE sessions SET created_at = 6000'],
    ['UPDATE sessions SET created_at = 6000, rotated_at = 6000'],
  ],
  [
    'A session ends after it began and before it expires',
    ['UPDATE sessions SET revoked_at = -6000'],
    ['UPDATE sessions SET revoked_at = expires_at'],
  ],
  [
    'No user has more than 50 living sessions',
    [
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 51)
        INSERT INTO sessions (id, user_id, created_at, last_used_at, expires_at)
        SELECT printf('%.43d', i), 1, unixepoch() * 1000, unixepoch() * 1000, unixepoch() * 1000 + 60000 FROM n`,
    ],
  ],
  [
    'The moments of accounts are whole milliseconds',
    [`UPDATE users SET created_at = '2026-01-01' WHERE id = 1`],
    [`UPDATE users SET disabled_at = 0.5 WHERE id = 1`],
    [`UPDATE sessions SET last_used_at = 2.5`],
    [`UPDATE sessions SET revoked_at = 2.5`],
    [`UPDATE discarded_avatars SET removable_at = 'soon'`],
  ],
  [
    'Every project belongs to a user',
    ['DELETE FROM collaboration_requests', 'UPDATE projects SET owner_id = 3 WHERE id = 100'],
  ],
  [
    'Projects have a title, a description, a status and are open or not',
    [`UPDATE projects SET title = 'No' WHERE id = 100`],
    [`UPDATE projects SET title = printf('%.121d', 0) WHERE id = 100`],
    [`UPDATE projects SET description = '' WHERE id = 100`],
    [`UPDATE projects SET description = printf('%.10001d', 0) WHERE id = 100`],
    [`UPDATE projects SET status = 'abandoned' WHERE id = 100`],
    ['UPDATE projects SET is_open = 2 WHERE id = 100'],
  ],
  [
    'Technologies and roles are at most 20 names with what each is found by',
    [`UPDATE projects SET tech_stack = '{}' WHERE id = 101`],
    [`UPDATE projects SET tech_stack = '[["rust","C++"]]' WHERE id = 101`],
    [`UPDATE projects SET tech_stack = '[["rust"]]' WHERE id = 101`],
    [`UPDATE projects SET roles_needed = '[[1,"1"]]' WHERE id = 101`],
    [`UPDATE projects SET roles_needed = '[["",""]]' WHERE id = 101`],
    [`UPDATE projects SET roles_needed = '[["x ","x "]]' WHERE id = 101`],
    [
      `UPDATE projects SET roles_needed = json_array(json_array(printf('%.41d', 0), printf('%.41d', 0))) WHERE id = 101`,
    ],
    [`UPDATE projects SET roles_needed = ${names(21)} WHERE id = 101`],
  ],
  [
    'No project names a technology or a role twice, whatever its case',
    [`UPDATE projects SET tech_stack = '[["rust","Rust"],["rust","RUST"]]' WHERE id = 101`],
    [`UPDATE projects SET roles_needed = '[["é","é"],["é","É"]]' WHERE id = 101`],
  ],
  [
    'A project that was posted by a key has the digest of what was posted, and no other has',
    [`UPDATE projects SET idempotency_key = 'x' WHERE id = 101`],
    [`UPDATE projects SET idempotency_digest = ${DIGEST} WHERE id = 101`],
    [`UPDATE projects SET idempotency_key = '', idempotency_digest = ${DIGEST} WHERE id = 101`],
    [
      `UPDATE projects SET idempotency_key = printf('%.256d', 0), idempotency_digest = ${DIGEST} WHERE id = 101`,
    ],
    [`UPDATE projects SET idempotency_key = 'x', idempotency_digest = 'y' WHERE id = 101`],
  ],
  [
    'No key of an owner has made two projects',
    [`UPDATE projects SET idempotency_key = 'x', idempotency_digest = ${DIGEST}`],
  ],
  ['No project is updated before it is made', ['UPDATE projects SET created_at = 6000 WHERE id = 100']],
  [
    'Every request is to a project and names its owner',
    [`UPDATE collaboration_requests SET owner_id = 3`],
    [another('collaboration_requests', { project_id: '102' })],
  ],
  ['Every request is from a user', [another('collaboration_requests', { requester_id: '3' })]],
  ['Nobody asks to join an own project', [another('collaboration_requests', { requester_id: '1' })]],
  [
    'Nobody asks one project twice',
    [another('collaboration_requests', { status: `'pending'`, decided_at: 'NULL' })],
  ],
  [
    'No project has more than 100 collaborators',
    [
      `WITH RECURSIVE n(i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < 102)
        INSERT INTO users (id, email, username, password_hash, created_at)
        SELECT i, 'n' || i || '@example.com', 'nobody-' || i, password_hash, 1 FROM n, users WHERE id = 1`,
      `INSERT INTO collaboration_requests (project_id, owner_id, requester_id, message, status, created_at, decided_at)
        SELECT 100, 1, id, 'May I?', 'accepted', 1, 2 FROM users WHERE id > 2`,
    ],
  ],
  [
    'Requests have a message, a status and perhaps a role',
    [`UPDATE collaboration_requests SET message = ''`],
    [`UPDATE collaboration_requests SET message = printf('%.2001d', 0)`],
    [`UPDATE collaboration_requests SET status = 'lost'`],
    [`UPDATE collaboration_requests SET role = ''`],
    [`UPDATE collaboration_requests SET role = printf('%.41d', 0)`],
  ],
  [
    'A request has the moment of its decision when it is decided, and only then',
    ['UPDATE collaboration_requests SET decided_at = NULL'],
    [`UPDATE collaboration_requests SET status = 'pending'`],
  ],
  ['No request is decided before it is made', ['UPDATE collaboration_requests SET created_at = 6000']],
  [
    'The moments of projects and requests are whole milliseconds',
    ['UPDATE projects SET created_at = 0.5 WHERE id = 100'],
    ['UPDATE projects SET updated_at = 1.5 WHERE id = 100'],
    ['UPDATE collaboration_requests SET created_at = 0.5'],
    ['UPDATE collaboration_requests SET decided_at = 2.5'],
  ],
  ['Every project has a document in the search index', ['DELETE FROM projects_search WHERE rowid = 100']],
  [
    'Every document in the search index is of a project',
    [`INSERT INTO projects_search (rowid, title, description, facets) VALUES (7, 'x', 'x', 'x')`],
  ],
  [
    'The search index finds every project by its facets',
    ['DROP TRIGGER projects_index_update', `UPDATE projects SET status = 'completed' WHERE id = 101`],
    [
      'UPDATE projects SET owner_id = 2 WHERE id = 100',
      'UPDATE collaboration_requests SET requester_id = 1, owner_id = 2',
    ],
  ],
  [
    'The search index finds every project by the words of its title and description',
    [
      'DROP TRIGGER projects_index_update',
      `UPDATE projects SET title = 'A chess-motor, running' WHERE id = 100`,
    ],
    [
      'DROP TRIGGER projects_index_update',
      `UPDATE projects SET description = 'In Rust: fast, safe; four two' WHERE id = 100`,
    ],
    ['DROP TRIGGER projects_index_update', `UPDATE projects SET title = 'Über viel 漢字' WHERE id = 101`],
  ],
  [
    'The search index holds of a project nothing but its facets',
    [
      'DROP TRIGGER collaboration_requests_index_update',
      `UPDATE collaboration_requests SET status = 'rejected'`,
    ],
    ['DROP TRIGGER collaboration_requests_index_delete', 'DELETE FROM collaboration_requests'],
  ],
  [
    'The search index holds of a project nothing but its title and description',
    ['DROP TRIGGER projects_index_update', `UPDATE projects SET title = 'A chess running' WHERE id = 100`],
    [
      'DROP TRIGGER projects_index_update',
      `UPDATE projects SET description = 'In "Rust": fast.' WHERE id = 100`,
    ],
  ],
  [
    'One row says which projects are counted in the facets',
    ['INSERT INTO facet_folds VALUES (1)'],
    ['DELETE FROM facet_folds', 'DELETE FROM facet_counts'],
  ],
  [
    'Fewer than a hundred projects wait to be counted in the facets',
    [
      'DROP TRIGGER projects_fold_facets',
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99)
        INSERT INTO projects (owner_id, title, description, created_at, updated_at) SELECT 1, 'More', 'x', 1, 1 FROM n`,
    ],
  ],
  [
    'Facets are counted as often as projects name them',
    [
      'DROP TRIGGER projects_uncount_facets',
      'DELETE FROM projects WHERE id = 100',
      'DELETE FROM collaboration_requests',
    ],
    [`UPDATE facet_counts SET count = count + 1 WHERE key = 'rust'`],
    [`DELETE FROM facet_counts WHERE key = 'rust'`],
    [`INSERT INTO facet_counts VALUES ('role', 'nobody', 'Nobody', 1)`],
  ],
  ['A facet has a name that is found by its key', [`UPDATE facet_counts SET name = 'C#' WHERE key = 'c++'`]],
]

beforeEach(async () => {
  await reset()
  await run(LAX_SCHEMA)
  await run(WORLD)
  for (const key of ['ada-1', 'ada-2', 'left']) await env.AVATARS.put(key, 'picture')
})

describe('The invariants', () => {
  it('hold in a world that SQL made as the API would', async () => {
    expect(await violations()).toEqual({})
  })

  it('hold where two owners use one key, and a text is long', async () => {
    await run([
      `INSERT INTO projects (id, owner_id, title, description, created_at, updated_at)
        VALUES (102, 2, 'A third', rtrim(replace(printf('%.400d', 0), '00', 'a ')), 1, 1)`,
      `UPDATE projects SET idempotency_key = 'x', idempotency_digest = ${DIGEST} WHERE id > 100`,
    ])
    expect(await violations()).toEqual({})
  })

  it('are all broken below', () => {
    expect(BREAKS.map(([name]) => name).sort()).toEqual(INVARIANTS.map(({ name }) => name).sort())
  })
})

describe.each(BREAKS)('%s', (name, ...breaks) => {
  it.each(breaks.map((statements) => ({ statements })))(
    'is broken by $statements',
    async ({ statements }) => {
      await run(statements)
      expect(Object.keys(await databaseViolations())).toEqual([name])
    },
  )
})

describe('Between D1 and R2', () => {
  it.each([
    ['Every avatar that a profile shows is in R2', { shown: ['a'], noted: ['b'], stored: ['b'] }, ['a']],
    [
      'Every object in R2 is shown by a profile or noted for removal',
      { shown: ['a'], noted: ['b'], stored: ['a', 'b', 'c'] },
      ['c'],
    ],
  ])('%s', (name, keys, atFault) => {
    expect(avatarViolations(keys).filter(({ keys }) => keys.length > 0)).toEqual([{ name, keys: atFault }])
  })
})
