import { and, desc, eq, lt, type SQL, sql } from 'drizzle-orm'
import type { Caller } from '../accounts/guard.ts'
import { profiles, users } from '../accounts/tables.ts'
import type { Database } from '../db/client.ts'
import { forbidden, notFound } from '../http/errors.ts'
import type { Page } from '../http/pagination.ts'
import type { ProjectBody, ProjectPatch } from './schemas.ts'
import { type Facets, matchExpression } from './search.ts'
import { collaborationRequests, projects } from './tables.ts'

const countRequests = (status: 'accepted' | 'pending') =>
  sql<number>`(SELECT count(*) FROM ${collaborationRequests}
    WHERE ${collaborationRequests.projectId} = ${projects.id} AND ${collaborationRequests.status} = ${sql.raw(`'${status}'`)})`

const cardColumns = {
  id: projects.id,
  ownerId: projects.ownerId,
  title: projects.title,
  description: projects.description,
  techStack: projects.techStack,
  rolesNeeded: projects.rolesNeeded,
  status: projects.status,
  isOpen: projects.isOpen,
  createdAt: projects.createdAt,
  updatedAt: projects.updatedAt,
  username: users.username,
  displayName: profiles.displayName,
  avatarKey: profiles.avatarKey,
  collaboratorCount: countRequests('accepted').as('collaborator_count'),
}

export type CardRow = Awaited<ReturnType<typeof listProjects>>[number]
export type ProjectRow = Awaited<ReturnType<typeof createProject>>

function selectCards<Extra extends Record<string, SQL.Aliased<unknown>>>(db: Database, extra: Extra) {
  return db
    .select({ ...cardColumns, ...extra })
    .from(projects)
    .innerJoin(users, eq(users.id, projects.ownerId))
    .innerJoin(profiles, eq(profiles.userId, projects.ownerId))
}

/** The statements that read one project whole: its card, its collaborators, and what it is to the viewer. */
function selectProject(db: Database, id: SQL | number, viewerId: number | undefined) {
  const request = collaborationRequests
  return [
    selectCards(db, {}).where(eq(projects.id, id)),
    db
      .select({
        username: users.username,
        displayName: profiles.displayName,
        avatarKey: profiles.avatarKey,
        role: request.role,
      })
      .from(request)
      .innerJoin(users, eq(users.id, request.requesterId))
      .innerJoin(profiles, eq(profiles.userId, request.requesterId))
      .where(and(eq(request.projectId, id), eq(request.status, 'accepted')))
      .orderBy(request.id),
    db
      .select({ id: request.id, status: request.status })
      .from(request)
      .where(and(eq(request.projectId, id), eq(request.requesterId, viewerId ?? 0))),
  ] as const
}

type ProjectResults = readonly [
  Awaited<ReturnType<typeof selectProject>[0]>,
  Awaited<ReturnType<typeof selectProject>[1]>,
  Awaited<ReturnType<typeof selectProject>[2]>,
]

/** @throws `not_found` */
function projectOf([[card], collaborators, [request]]: ProjectResults) {
  if (!card) throw notFound('project')
  return { card, collaborators, request }
}

/** @throws `not_found`, `forbidden` */
export function assertOwned(project: { ownerId: number } | undefined, caller: Caller): void {
  if (!project) throw notFound('project')
  if (project.ownerId !== caller.userId) throw forbidden('Only the owner of the project may do this.')
}

/** Up to one card more than the page holds, newest first. */
export async function listProjects(db: Database, facets: Facets, page: Page) {
  const match = matchExpression(facets)
  const limit = page.limit + 1
  // The index walks its matches newest first and stops at the page's end. It takes no bound but an INTEGER, and D1
  // binds every number as REAL.
  const ids = sql`(SELECT rowid FROM projects_search WHERE projects_search MATCH ${match}
    AND rowid < CAST(${page.beforeId ?? Number.MAX_SAFE_INTEGER} AS INTEGER) ORDER BY rowid DESC LIMIT ${limit})`
  const isOnPage = match ? sql`${projects.id} IN ${ids}` : page.beforeId && lt(projects.id, page.beforeId)
  const [cards] = await db.batch([
    selectCards(db, {})
      .where(isOnPage || undefined)
      .orderBy(desc(projects.id))
      .limit(limit),
  ])
  return cards
}

/** The caller's own projects, each with the number of its pending requests. */
export async function listOwnProjects(db: Database, caller: Caller, page: Page) {
  const [cards] = await db.batch([
    selectCards(db, { pendingRequestCount: countRequests('pending').as('pending_request_count') })
      .where(
        and(eq(projects.ownerId, caller.userId), page.beforeId ? lt(projects.id, page.beforeId) : undefined),
      )
      .orderBy(desc(projects.id))
      .limit(page.limit + 1),
  ])
  return cards
}

/** @throws `not_found` */
export async function findProject(db: Database, id: number, viewer: Caller | undefined) {
  return projectOf(await db.batch(selectProject(db, id, viewer?.userId)))
}

export async function createProject(db: Database, caller: Caller, body: ProjectBody) {
  const now = new Date()
  // Ids only grow, so within this transaction the owner's greatest is the new one.
  const newId = sql`(SELECT max(id) FROM projects WHERE owner_id = ${caller.userId})`
  const [, ...project] = await db.batch([
    db.insert(projects).values({ ...body, ownerId: caller.userId, createdAt: now, updatedAt: now }),
    ...selectProject(db, newId, caller.userId),
  ])
  return projectOf(project)
}

/** Changes what the patch names. @throws `not_found`, `forbidden` */
export async function updateProject(db: Database, caller: Caller, id: number, patch: ProjectPatch) {
  const isOwned = and(eq(projects.id, id), eq(projects.ownerId, caller.userId))
  const isEmpty = Object.keys(patch).length === 0
  const [, ...results] = await db.batch([
    db
      .update(projects)
      .set({ ...patch, updatedAt: new Date() })
      .where(isEmpty ? sql`false` : isOwned),
    ...selectProject(db, id, caller.userId),
  ])
  const project = projectOf(results)
  assertOwned(project.card, caller)
  return project
}

/** Deletes the project and its requests. @throws `not_found`, `forbidden` */
export async function deleteProject(db: Database, caller: Caller, id: number): Promise<void> {
  const [deleted, [kept]] = await db.batch([
    db
      .delete(projects)
      .where(and(eq(projects.id, id), eq(projects.ownerId, caller.userId)))
      .returning({ id: projects.id }),
    db.select({ ownerId: projects.ownerId }).from(projects).where(eq(projects.id, id)),
  ])
  if (deleted.length === 0) assertOwned(kept, caller)
}
