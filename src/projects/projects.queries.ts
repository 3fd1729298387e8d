import { and, desc, eq, lt, type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import type { Caller } from '../accounts/guard.ts'
import { profiles, users } from '../accounts/tables.ts'
import type { Database } from '../db/client.ts'
import { type Named, prepared, type Statements } from '../db/statements.ts'
import { notFound } from '../http/errors.ts'
import type { Page } from '../http/pagination.ts'
import type { Policy } from '../http/policies.ts'
import { notOwner, postsUsedUp } from './errors.ts'
import { insertProject, selectUsedUp, sinceOf } from './posts.queries.ts'
import type { ProjectBody, ProjectPatch, Sort } from './schemas.ts'
import type { Search } from './search.ts'
import { describePage, type PageShape, type PageValues, pageOf } from './search-pages.ts'
import { collaborationRequests, projects } from './tables.ts'

/** Of so many pending requests and more, no more are counted: nothing else bounds them, and counting one reads a row. */
export const MAX_PENDING_COUNTED = 1000

const collaboratorCount = sql<number>`(SELECT count(*) FROM ${collaborationRequests}
  WHERE ${collaborationRequests.projectId} = ${projects.id} AND ${collaborationRequests.status} = 'accepted')`

const pendingRequestCount = sql<number>`(SELECT count(*) FROM (SELECT 1 FROM ${collaborationRequests}
  WHERE ${collaborationRequests.projectId} = ${projects.id} AND ${collaborationRequests.status} = 'pending'
  LIMIT ${sql.raw(String(MAX_PENDING_COUNTED))}))`

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
  collaboratorCount: collaboratorCount.as('collaborator_count'),
}

export type CardRow = Awaited<ReturnType<typeof selectCards>>[number]
export type ProjectRow = Awaited<ReturnType<typeof createProject>>

export type OwnCardRow = Awaited<ReturnType<typeof listOwnProjects>>[number]

function selectCards(db: Statements) {
  return db
    .select(cardColumns)
    .from(projects)
    .innerJoin(users, eq(users.id, projects.ownerId))
    .innerJoin(profiles, eq(profiles.userId, projects.ownerId))
}

/** Cards of the projects on a page, in its order. `page` is a subquery of `id`, `place` and `ordinal`. */
export function selectPageOfCards(db: Statements, page: SQL) {
  return (
    db
      .select({ ...cardColumns, place: sql<string>`page.place`.as('place') })
      .from(sql`(${page}) AS page`)
      // Not an inner join, which SQLite may turn round.
      .crossJoin(projects)
      .innerJoin(users, eq(users.id, projects.ownerId))
      .innerJoin(profiles, eq(profiles.userId, projects.ownerId))
      .where(sql`${projects.id} = page.id`)
      .orderBy(sql`page.ordinal`)
  )
}

export interface OwnCardsValues {
  userId: number
  before: number
  limit: number
}

/** Cards of an owner's projects below an id, newest first, each with the number of its pending requests. */
export function selectOwnCards(db: Statements, { userId, before, limit }: Named<OwnCardsValues>) {
  return db
    .select({ ...cardColumns, pendingRequestCount: pendingRequestCount.as('pending_request_count') })
    .from(projects)
    .innerJoin(users, eq(users.id, projects.ownerId))
    .innerJoin(profiles, eq(profiles.userId, projects.ownerId))
    .where(and(eq(projects.ownerId, userId), lt(projects.id, before)))
    .orderBy(desc(projects.id))
    .limit(limit)
}

/** The statements that read one project whole: its card, its collaborators, and what it is to the viewer. */
function selectProject(db: Statements, id: SQLWrapper | number, viewerId: SQLWrapper | number) {
  const request = collaborationRequests
  return [
    selectCards(db).where(eq(projects.id, id)),
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
      .where(and(eq(request.projectId, id), eq(request.requesterId, viewerId))),
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
  if (project.ownerId !== caller.userId) throw notOwner()
}

const pageOfCards = prepared(
  (db, values: Named<PageValues>, shape: PageShape) =>
    [selectPageOfCards(db, pageOf(shape, values))] as const,
)

/** Up to one card more than the page holds. */
export async function listProjects(db: Database, search: Search, sort: Sort, page: Page) {
  const [cards] = await db.batch(pageOfCards(...describePage(search, sort, page)))
  return cards
}

const pageOfOwnCards = prepared((db, values: Named<OwnCardsValues>) => [selectOwnCards(db, values)] as const)

/** Up to one card more than the page holds. */
export async function listOwnProjects(db: Database, caller: Caller, page: Page) {
  const {
    limit,
    after: [before = Number.MAX_SAFE_INTEGER],
  } = page
  const [cards] = await db.batch(pageOfOwnCards({ userId: caller.userId, before, limit: limit + 1 }))
  return cards
}

const project = prepared((db, { id, viewerId }: Named<{ id: number; viewerId: number }>) =>
  selectProject(db, id, viewerId),
)

/** @throws `not_found` */
export async function findProject(db: Database, id: number, viewer: Caller | undefined) {
  return projectOf(await db.batch(project({ id, viewerId: viewer?.userId ?? 0 })))
}

/**
 * Posts a project, unless the caller has posted as many as the policy grants, if there is one.
 * @throws `rate_limited`
 */
export async function createProject(
  db: Database,
  caller: Caller,
  body: ProjectBody,
  posts: Policy | undefined,
) {
  const now = new Date()
  // Ids only grow, so within this transaction the owner's greatest is the new one.
  const newId = sql`(SELECT max(id) FROM projects WHERE owner_id = ${caller.userId})`
  const [, [usedUp], ...project] = await db.batch([
    insertProject(db, { ...body, ownerId: caller.userId, createdAt: now, updatedAt: now }, posts),
    selectUsedUp(db, caller.userId, posts),
    ...selectProject(db, newId, caller.userId),
  ])
  if (posts && usedUp?.at) throw postsUsedUp(posts, Math.ceil((usedUp.at - sinceOf(posts, now)) / 1000))
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
