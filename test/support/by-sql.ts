import { env } from 'cloudflare:workers'
import { foldCase } from '../../src/http/text.ts'

/** A row of `projects` in the words of the API. */
export interface ProjectFields {
  ownerId: number
  title: string
  description: string
  techStack: string[]
  rolesNeeded: string[]
  status: string
  isOpen: boolean
  updatedAt: number
}

/** Names as a row stores them. */
export const stored = (names: string[]) => JSON.stringify(names.map((name) => [foldCase(name), name]))

let people = 0

/** Somebody who cannot sign in: a row of `users`, by SQL. */
export async function insertUser(
  username = `sql-person-${++people}`,
): Promise<{ id: number; username: string }> {
  const id = await env.DB.prepare(
    `INSERT INTO users (email, username, password_hash, created_at) VALUES (?1 || '@example.com', ?1, 'none', 0) RETURNING id`,
  )
    .bind(username)
    .first<number>('id')
  return { id: id ?? 0, username }
}

const ROWS_AT_ONCE = 500

/** Inserts projects by SQL, past the API; gives their ids, which rise. */
export async function insertProjects(rows: Partial<ProjectFields>[], ownerId: number): Promise<number[]> {
  const ids: number[] = []
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    const values = rows
      .slice(from, from + ROWS_AT_ONCE)
      .map((row) => [
        row.ownerId ?? ownerId,
        row.title ?? 'A project',
        row.description ?? 'What it is about.',
        stored(row.techStack ?? []),
        stored(row.rolesNeeded ?? []),
        row.status ?? 'planning',
        row.isOpen === false ? 0 : 1,
        row.updatedAt ?? 0,
      ])
    const { results } = await env.DB.prepare(`
      INSERT INTO projects (owner_id, title, description, tech_stack, roles_needed, status, is_open, created_at, updated_at)
      SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 7
      FROM json_each(?) RETURNING id`)
      .bind(JSON.stringify(values))
      .all<{ id: number }>()
    ids.push(...results.map(({ id }) => id))
  }
  return ids
}

/** Inserts requests by SQL; an accepted one makes a collaborator. */
export async function insertRequests(
  rows: {
    projectId: number
    requesterId: number
    status: 'pending' | 'accepted' | 'rejected'
    /** In milliseconds since 1970. */
    createdAt?: number
  }[],
): Promise<void> {
  await env.DB.prepare(`
    INSERT INTO collaboration_requests (project_id, owner_id, requester_id, message, status, created_at, decided_at)
    SELECT value ->> 'projectId', owner_id, value ->> 'requesterId', 'Let me in!', value ->> 'status', coalesce(value ->> 'createdAt', 0),
      iif(value ->> 'status' = 'pending', NULL, 0)
    FROM json_each(?) JOIN projects ON projects.id = value ->> 'projectId'`)
    .bind(JSON.stringify(rows))
    .run()
}
