import { and, eq, inArray, ne, sql } from 'drizzle-orm'
import type { Caller } from '../accounts/guard.ts'
import { users } from '../accounts/tables.ts'
import type { Database } from '../db/client.ts'
import { onConstraint } from '../db/constraints.ts'
import { valuesOf } from '../db/rows.ts'
import { notFound } from '../http/errors.ts'
import { type Policy, windowStart } from '../http/policies.ts'
import {
  inboxFull,
  notDecider,
  notRequester,
  ownProject,
  projectClosed,
  projectFull,
  requestDecided,
  requestExists,
} from './errors.ts'
import { nthNewestReceivedAt } from './inbox.queries.ts'
import { assertOwned } from './projects.queries.ts'
import { selectRequests } from './request-lists.queries.ts'
import type { RequestBody, RequestDecision } from './schemas.ts'
import { projects, collaborationRequests as requests } from './tables.ts'

/**
 * Sends a request.
 * @throws `not_found`, `own_project`, `request_exists`, `project_closed`; `rate_limited` if the owner has received as many as
 * the policy of the inbox grants
 */
export async function createRequest(
  db: Database,
  caller: Caller,
  projectId: number,
  body: RequestBody,
  inbox: Policy | undefined,
) {
  const now = new Date()
  const since = windowStart(inbox, now)
  const filledAt = inbox ? nthNewestReceivedAt(inbox.quota) : sql`NULL`
  const values = valuesOf(requests, {
    id: sql`NULL`,
    projectId: projects.id,
    ownerId: projects.ownerId,
    requesterId: caller.userId,
    message: body.message,
    role: body.role ?? null,
    status: 'pending',
    createdAt: now,
    decidedAt: null,
  })
  const isAllowed = and(
    eq(projects.id, projectId),
    ne(projects.ownerId, caller.userId),
    eq(projects.isOpen, true),
    sql`coalesce(${filledAt}, 0) <= ${since}`,
  )
  const [inserted, [request], [project]] = await db
    .batch([
      db
        .insert(requests)
        .select(sql`SELECT ${values} FROM ${projects} WHERE ${isAllowed}`)
        .returning({ id: requests.id }),
      selectRequests(db).where(
        and(eq(requests.projectId, projectId), eq(requests.requesterId, caller.userId)),
      ),
      db
        .select({
          ownerId: projects.ownerId,
          isOpen: projects.isOpen,
          // Not looked up if there is a request, just made or from before.
          filledAt: sql<number | null>`CASE WHEN NOT EXISTS (SELECT 1 FROM ${requests}
            WHERE project_id = projects.id AND requester_id = ${caller.userId}) THEN ${filledAt} END`.as(
            'filled_at',
          ),
        })
        .from(projects)
        .where(eq(projects.id, projectId)),
    ])
    .catch(
      onConstraint({
        'collaboration_requests.project_id, collaboration_requests.requester_id': requestExists,
      }),
    )
  if (inserted.length === 1 && request) return request
  if (!project) throw notFound('project')
  if (project.ownerId === caller.userId) throw ownProject()
  if (request) throw requestExists()
  if (!inbox || !project.isOpen || project.filledAt === null) throw projectClosed()
  throw inboxFull(inbox, Math.ceil((project.filledAt - since) / 1000))
}

/** How many a project has at once: whoever reads it reads them all. */
export const MAX_COLLABORATORS = 100

const hasRoom = sql`(SELECT count(*) FROM ${requests} AS accepted
  WHERE accepted.project_id = ${requests.projectId} AND accepted.status = 'accepted') < ${MAX_COLLABORATORS}`

/**
 * Decides a pending request; deciding it the same way again changes nothing.
 * @throws `not_found`, `forbidden`, `request_decided`, `project_full`
 */
export async function decideRequest(db: Database, caller: Caller, id: number, decision: RequestDecision) {
  const [, [request]] = await db.batch([
    db
      .update(requests)
      .set({ status: decision, decidedAt: new Date() })
      .where(
        and(
          eq(requests.id, id),
          eq(requests.ownerId, caller.userId),
          eq(requests.status, 'pending'),
          decision === 'accepted' ? hasRoom : undefined,
        ),
      ),
    selectRequests(db).where(eq(requests.id, id)),
  ])
  if (!request) throw notFound('request')
  if (request.ownerId !== caller.userId) throw notDecider()
  if (request.status === 'pending') throw projectFull()
  if (request.status !== decision) throw requestDecided()
  return request
}

/** Withdraws the caller's pending request or ends an accepted one. @throws `not_found`, `forbidden`, `request_decided` */
export async function deleteRequest(db: Database, caller: Caller, id: number): Promise<void> {
  const [deleted, [kept]] = await db.batch([
    db
      .delete(requests)
      .where(
        and(
          eq(requests.id, id),
          eq(requests.requesterId, caller.userId),
          inArray(requests.status, ['pending', 'accepted']),
        ),
      )
      .returning({ id: requests.id }),
    db.select({ requesterId: requests.requesterId }).from(requests).where(eq(requests.id, id)),
  ])
  if (deleted.length === 1) return
  if (!kept) throw notFound('request')
  if (kept.requesterId !== caller.userId) throw notRequester()
  throw requestDecided()
}

/** Removes a collaborator by rejecting the request that made one. @throws `not_found`, `forbidden` */
export async function removeCollaborator(
  db: Database,
  caller: Caller,
  projectId: number,
  username: string,
): Promise<void> {
  const requesterId = db.select({ id: users.id }).from(users).where(eq(users.username, username))
  const [removed, [project]] = await db.batch([
    db
      .update(requests)
      .set({ status: 'rejected', decidedAt: new Date() })
      .where(
        and(
          eq(requests.projectId, projectId),
          eq(requests.ownerId, caller.userId),
          eq(requests.status, 'accepted'),
          sql`${requests.requesterId} = ${requesterId}`,
        ),
      )
      .returning({ id: requests.id }),
    db.select({ ownerId: projects.ownerId }).from(projects).where(eq(projects.id, projectId)),
  ])
  if (removed.length === 1) return
  assertOwned(project, caller)
  throw notFound('collaborator')
}
