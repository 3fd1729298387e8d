import { conflict, done, found, gone, NO_PROJECT, NO_REQUEST } from './answers.ts'
import { type PersonRow, personOf } from './cards.ts'
import { batch } from './guarded.ts'
import { afterOf, PAGE, pageOf } from './pages.ts'
import type { SignedIn } from './visits.ts'

const REQUEST = `SELECT collaboration_requests.id, collaboration_requests.owner_id, requester_id,
    collaboration_requests.status, role, message, collaboration_requests.created_at, decided_at, project_id, title,
    username, display_name, avatar_key
  FROM collaboration_requests INNER JOIN projects ON projects.id = project_id
    INNER JOIN users ON users.id = requester_id INNER JOIN profiles ON profiles.user_id = requester_id`

const rangeOf = (column: string, place: number) => `SELECT * FROM (SELECT id FROM collaboration_requests
  WHERE ${column} = ?1 AND status = ?${place} AND id < ?2 ORDER BY id DESC LIMIT ?3)`
const listOf = (column: string, statuses: number) => `${REQUEST} WHERE collaboration_requests.id IN
  (SELECT id FROM (${Array.from({ length: statuses }, (_, i) => rangeOf(column, i + 4)).join(' UNION ALL ')})
    ORDER BY id DESC LIMIT ?3) ORDER BY collaboration_requests.id DESC`
const RECEIVED = listOf('owner_id', 3)
const RECEIVED_OF_STATUS = listOf('owner_id', 1)
const SENT = listOf('requester_id', 3)
const STATUSES = ['pending', 'accepted', 'rejected']

const INSERT = `INSERT INTO collaboration_requests (id, project_id, owner_id, requester_id, message, role, status,
    created_at, decided_at)
  SELECT NULL, id, owner_id, ?, ?, ?, 'pending', ?, NULL FROM projects WHERE id = ? AND owner_id <> ? AND is_open = 1
  RETURNING id`
const BY_REQUESTER = `${REQUEST} WHERE project_id = ? AND requester_id = ?`
const BY_ID = `${REQUEST} WHERE collaboration_requests.id = ?`
// The API asks here when an inbox was filled; with limits off, it is NULL.
const OWNER = `SELECT owner_id, is_open, CASE WHEN NOT EXISTS (SELECT 1 FROM collaboration_requests
  WHERE project_id = projects.id AND requester_id = ?) THEN NULL END AS filled_at FROM projects WHERE id = ?`
const DECIDE = `UPDATE collaboration_requests SET status = ?, decided_at = ?
  WHERE id = ? AND owner_id = ? AND status = 'pending'`
const ACCEPT = `${DECIDE} AND (SELECT count(*) FROM collaboration_requests AS accepted
  WHERE accepted.project_id = collaboration_requests.project_id AND accepted.status = 'accepted') < 100`
const DELETE = `DELETE FROM collaboration_requests
  WHERE id = ? AND requester_id = ? AND status IN ('pending', 'accepted') RETURNING id`
const REQUESTER = 'SELECT requester_id FROM collaboration_requests WHERE id = ?'

const EXISTS = conflict('request_exists', 'You have asked to join this project already.')
const OWN = conflict('own_project', 'This is your own project.')
const CLOSED = conflict('project_closed', 'This project takes no requests at present.')
const FULL = conflict('project_full', 'This project has as many collaborators as one may have.')
const DECIDED = conflict('request_decided', 'This request has been decided already.')

export interface RequestRow extends PersonRow {
  id: number
  status: string
  role: string | null
  message: string
  created_at: number
  decided_at: number | null
  project_id: number
  title: string
}

export async function received(visit: SignedIn): Promise<Response> {
  const status = visit.query.get('status') ?? undefined
  return answerList(visit, ['received', visit.caller.userId, status], (limit, after) =>
    selectReceived(visit, status, limit, after),
  )
}

export async function sent(visit: SignedIn): Promise<Response> {
  return answerList(visit, ['sent', visit.caller.userId, undefined], (limit, after) =>
    selectSent(visit, limit, after),
  )
}

async function answerList(
  visit: SignedIn,
  scope: unknown[],
  select: (limit: number, after?: number) => D1PreparedStatement,
): Promise<Response> {
  const { query, secret, url } = visit
  const [rows] = await batch(visit, [select(PAGE + 1, await afterOf(query, scope, secret))])
  const page = await pageOf(rows as unknown as RequestRow[], scope, secret, (row) => requestOf(row, url))
  return found(visit, page)
}

export function selectReceived(
  { db, caller }: SignedIn,
  status: string | undefined,
  limit: number,
  after = Number.MAX_SAFE_INTEGER,
) {
  if (status) return db.prepare(RECEIVED_OF_STATUS).bind(caller.userId, after, limit, status)
  return db.prepare(RECEIVED).bind(caller.userId, after, limit, ...STATUSES)
}

export const selectSent = ({ db, caller }: SignedIn, limit: number, after = Number.MAX_SAFE_INTEGER) =>
  db.prepare(SENT).bind(caller.userId, after, limit, ...STATUSES)

export async function ask(visit: SignedIn, projectId: number): Promise<Response> {
  const { db, caller, url } = visit
  const { message, role = null } = await visit.request.json<{ message: string; role?: string }>()
  const [inserted, [request], [project]] = (await batch(visit, [
    db.prepare(INSERT).bind(caller.userId, message, role, Date.now(), projectId, caller.userId),
    db.prepare(BY_REQUESTER).bind(projectId, caller.userId),
    db.prepare(OWNER).bind(caller.userId, projectId),
  ]).catch((error) => {
    throw String(error).includes('UNIQUE constraint failed') ? EXISTS : error
  })) as [unknown[], unknown[], { owner_id: number }[]]
  if (inserted.length === 1) return done(visit, 201, requestOf(request as RequestRow, url))
  if (!project) throw NO_PROJECT
  if (project.owner_id === caller.userId) throw OWN
  throw request ? EXISTS : CLOSED
}

export async function decide(visit: SignedIn, id: number): Promise<Response> {
  const { db, caller, url } = visit
  const { status } = await visit.request.json<{ status: string }>()
  const [, rows] = await batch(visit, [
    db.prepare(status === 'accepted' ? ACCEPT : DECIDE).bind(status, Date.now(), id, caller.userId),
    db.prepare(BY_ID).bind(id),
  ])
  const [request] = rows as unknown as RequestRow[]
  if (!request) throw NO_REQUEST
  if (request.status === 'pending') throw FULL
  if (request.status !== status) throw DECIDED
  return done(visit, 200, requestOf(request, url))
}

export async function withdraw(visit: SignedIn, id: number): Promise<Response> {
  const { db, caller } = visit
  const [deleted, kept] = await batch(visit, [
    db.prepare(DELETE).bind(id, caller.userId),
    db.prepare(REQUESTER).bind(id),
  ])
  if (deleted?.length === 1) return gone(visit)
  throw kept?.length === 0 ? NO_REQUEST : DECIDED
}

export const requestOf = (row: RequestRow, { origin }: URL) => ({
  id: row.id,
  status: row.status,
  role: row.role,
  message: row.message,
  createdAt: new Date(row.created_at).toISOString(),
  decidedAt: row.decided_at === null ? null : new Date(row.decided_at).toISOString(),
  project: { id: row.project_id, title: row.title },
  requester: personOf(row, origin),
})
