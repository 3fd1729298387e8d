import type { D1Database } from '@cloudflare/workers-types'
import { foldCase } from '../src/http/text.ts'
import { SEED_DOMAIN, type SeedPerson } from './seed-people.ts'
import type { SeedProject } from './seed-projects.ts'

/** Rows sent at once: few round trips, and well below the 2 MB that D1 takes as one parameter. */
const CHUNK_ROWS = 500
const SEEDED = `email LIKE '%@${SEED_DOMAIN}'`

// Rows name people by email. An unknown one gives NULL, which the tables refuse, so that nothing is lost unseen.
const INSERT_USERS = `
  INSERT INTO users (email, username, password_hash, created_at)
  SELECT value ->> 'email',
    -- Somebody who is not seeded may bear the name already.
    value ->> 'username' || iif(EXISTS (SELECT 1 FROM users WHERE username = value ->> 'username'), '-seed', ''),
    ?2, value ->> 'createdAt'
  FROM json_each(?1) ORDER BY key`

const UPDATE_PROFILES = `
  UPDATE profiles SET display_name = person.value ->> 'displayName', bio = person.value ->> 'bio',
    skills = person.value -> 'skills', github_url = person.value ->> 'githubUrl'
  FROM json_each(?1) AS person
  WHERE user_id = (SELECT id FROM users WHERE email = person.value ->> 'email')`

const INSERT_PROJECTS = `
  INSERT INTO projects (owner_id, title, description, tech_stack, roles_needed, status, is_open, created_at, updated_at)
  SELECT (SELECT id FROM users WHERE email = value ->> 'ownerEmail'), value ->> 'title', value ->> 'description',
    value -> 'techStack', value -> 'rolesNeeded', value ->> 'status', value ->> 'isOpen', value ->> 'createdAt',
    value ->> 'updatedAt'
  FROM json_each(?1) ORDER BY key`

// Before their projects, which get the next ids: the search index takes in a project with its collaborators at once,
// where it would be rewritten for each of them.
const INSERT_REQUESTS = `
  WITH last AS (SELECT coalesce(max(seq), 0) AS id FROM sqlite_sequence WHERE name = 'projects')
  INSERT INTO collaboration_requests
    (project_id, owner_id, requester_id, message, role, status, created_at, decided_at)
  SELECT last.id + 1 + (value ->> 'place'), (SELECT id FROM users WHERE email = value ->> 'ownerEmail'),
    (SELECT id FROM users WHERE email = value ->> 'requesterEmail'), value ->> 'message', value ->> 'role',
    value ->> 'status', value ->> 'createdAt', value ->> 'decidedAt'
  FROM json_each(?1), last ORDER BY key`

/** Removes everybody in the seed domain, with their projects and whatever requests others sent to these. No more. */
export async function removeSeeded(db: D1Database): Promise<void> {
  await db.prepare(`DELETE FROM users WHERE ${SEEDED}`).run()
}

export async function writePeople(db: D1Database, people: Iterable<SeedPerson>, passwordHash: string) {
  for (const chunk of chunksOf(people)) {
    const rows = JSON.stringify(chunk)
    await db.batch([
      db.prepare(INSERT_USERS).bind(rows, passwordHash),
      db.prepare(UPDATE_PROFILES).bind(rows),
    ])
  }
}

/** Writes the projects with their requests; their people must be there. Ids follow the order of creation. */
export async function writeProjects(db: D1Database, projects: Iterable<SeedProject>): Promise<void> {
  for (const chunk of chunksOf(projects)) {
    const rows = chunk.map(({ requests, ...project }) => ({
      ...project,
      techStack: folded(project.techStack),
      rolesNeeded: folded(project.rolesNeeded),
    }))
    const requests = chunk
      .flatMap(({ requests, ownerEmail }, place) =>
        requests.map((request) => ({ ...request, ownerEmail, place })),
      )
      .sort((a, b) => a.createdAt - b.createdAt)
    await db.batch([
      db.prepare('PRAGMA defer_foreign_keys = on'),
      db.prepare(INSERT_REQUESTS).bind(JSON.stringify(requests)),
      db.prepare(INSERT_PROJECTS).bind(JSON.stringify(rows)),
    ])
  }
}

export interface Figures {
  people: number
  projects: number
  open: number
  pending: number
  accepted: number
  rejected: number
}

/** How much of the database is seeded. */
export async function countSeeded(db: D1Database): Promise<Figures | null> {
  const seeded = `owner_id IN (SELECT id FROM users WHERE ${SEEDED})`
  return db
    .prepare(
      `SELECT (SELECT count(*) FROM users WHERE ${SEEDED}) AS people,
        (SELECT count(*) FROM projects WHERE ${seeded}) AS projects,
        (SELECT count(*) FROM projects WHERE ${seeded} AND is_open) AS open,
        count(*) FILTER (WHERE status = 'pending') AS pending,
        count(*) FILTER (WHERE status = 'accepted') AS accepted,
        count(*) FILTER (WHERE status = 'rejected') AS rejected
      FROM collaboration_requests WHERE ${seeded}`,
    )
    .first<Figures>()
}

export interface Account {
  email: string
  displayName: string
  waiting: number
}

/** The seeded person to look around as: the one for whom the most requests wait. */
export async function findBusiest(db: D1Database): Promise<Account | null> {
  return db
    .prepare(
      `SELECT email, display_name AS displayName,
        (SELECT count(*) FROM collaboration_requests WHERE owner_id = users.id AND status = 'pending') AS waiting
      FROM users JOIN profiles ON user_id = users.id WHERE ${SEEDED} ORDER BY waiting DESC, users.id LIMIT 1`,
    )
    .first<Account>()
}

/** Names as the projects table holds them: see `namesText`. */
const folded = (names: string[]) => names.map((name) => [foldCase(name), name])

function* chunksOf<T>(items: Iterable<T>): Generator<T[]> {
  let chunk: T[] = []
  for (const item of items) {
    if (chunk.push(item) < CHUNK_ROWS) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}
