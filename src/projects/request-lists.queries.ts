import { desc, eq, sql } from 'drizzle-orm'
import type { Caller } from '../accounts/guard.ts'
import { personColumns, profiles, users } from '../accounts/tables.ts'
import type { Database } from '../db/client.ts'
import { type Named, prepared, type Statements } from '../db/statements.ts'
import { idRangeOf, type Page } from '../http/pagination.ts'
import { assertOwned } from './projects.queries.ts'
import type { RequestStatus } from './schemas.ts'
import { projects, REQUEST_STATUSES, collaborationRequests as requests } from './tables.ts'

export type RequestRow = Awaited<ReturnType<typeof selectRequests>>[number]

/** The statement that reads requests with their projects and requesters. */
export function selectRequests(db: Statements) {
  return db
    .select({
      id: requests.id,
      ownerId: requests.ownerId,
      requesterId: requests.requesterId,
      status: requests.status,
      role: requests.role,
      message: requests.message,
      createdAt: requests.createdAt,
      decidedAt: requests.decidedAt,
      projectId: requests.projectId,
      title: projects.title,
      ...personColumns,
    })
    .from(requests)
    .innerJoin(projects, eq(projects.id, requests.projectId))
    .innerJoin(users, eq(users.id, requests.requesterId))
    .innerJoin(profiles, eq(profiles.userId, requests.requesterId))
}

/** The lists of requests, each by the column that says whose it is: a project's, an owner's or a requester's. */
const LISTS = { project: requests.projectId, received: requests.ownerId, sent: requests.requesterId }

interface RequestsShape {
  list: keyof typeof LISTS
  status: RequestStatus | undefined
}

export interface RequestsValues {
  /** The id of the project or of the user whose list it is. */
  of: number
  before: number
  limit: number
}

/**
 * The statement that reads a page of a list. The indexes go by status and then by id, so a list of all statuses merges
 * the newest of each: three short ranges instead of three more indexes to write.
 */
export function selectPageOfRequests(
  db: Statements,
  { list, status }: RequestsShape,
  { of, before, limit }: Named<RequestsValues>,
) {
  const ranges = (status ? [status] : REQUEST_STATUSES).map(
    (each) =>
      sql`SELECT * FROM (SELECT id FROM ${requests} WHERE ${LISTS[list]} = ${of} AND ${requests.status} = ${each}
        AND ${requests.id} < ${before} ORDER BY id DESC LIMIT ${limit})`,
  )
  const ids = sql`(SELECT id FROM (${sql.join(ranges, sql` UNION ALL `)}) ORDER BY id DESC LIMIT ${limit})`
  return selectRequests(db).where(sql`${requests.id} IN ${ids}`).orderBy(desc(requests.id))
}

const pageOfRequests = prepared((db, values: Named<RequestsValues>, shape: RequestsShape) => [
  selectPageOfRequests(db, shape, values),
])

/** A page of the requests to the caller's projects, or by the caller, newest first, and one more if there is another page. */
export async function listRequests(
  db: Database,
  list: 'received' | 'sent',
  caller: Caller,
  status: RequestStatus | undefined,
  page: Page,
) {
  const [rows] = await db.batch(pageOfRequests({ of: caller.userId, ...idRangeOf(page) }, { list, status }))
  return rows
}

/** The same of the requests to one project, for its owner. @throws `not_found`, `forbidden` */
export async function listProjectRequests(
  db: Database,
  caller: Caller,
  projectId: number,
  status: RequestStatus | undefined,
  page: Page,
) {
  const [rows, [project]] = await db.batch([
    ...pageOfRequests({ of: projectId, ...idRangeOf(page) }, { list: 'project', status }),
    db.select({ ownerId: projects.ownerId }).from(projects).where(eq(projects.id, projectId)),
  ])
  assertOwned(project, caller)
  return rows
}
