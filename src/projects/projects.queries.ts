import { and, eq, type SQLWrapper, sql } from 'drizzle-orm'
import type { BatchResponse } from 'drizzle-orm/batch'
import type { Caller } from '../accounts/guard.ts'
import { personColumns, profiles, users } from '../accounts/tables.ts'
import type { Database } from '../db/client.ts'
import { type Named, prepared, type Statements } from '../db/statements.ts'
import { idempotencyKeyReused, notFound } from '../http/errors.ts'
import { digestOf } from '../http/idempotency.ts'
import { type Policy, windowStart } from '../http/policies.ts'
import { notOwner, postsUsedUp } from './errors.ts'
import { insertProject, postedId, selectUsedUp } from './posts.queries.ts'
import { selectCards } from './project-lists.queries.ts'
import type { ProjectBody, ProjectPatch } from './schemas.ts'
import { collaborationRequests, projects } from './tables.ts'

export type ProjectRow = ReturnType<typeof projectOf>

/** The statements that read one project whole: its card, its collaborators, and what it is to the viewer. */
function selectProject(db: Statements, id: SQLWrapper | number, viewerId: SQLWrapper | number) {
  const request = collaborationRequests
  return [
    selectCards(db).where(eq(projects.id, id)),
    db
      .select({
        ...personColumns,
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

/** @throws `not_found` */
function projectOf(results: BatchResponse<ReturnType<typeof selectProject>>) {
  const [[card], collaborators, [request]] = results
  if (!card) throw notFound('project')
  return { card, collaborators, request }
}

/** @throws `not_found`, `forbidden` */
export function assertOwned(project: { ownerId: number } | undefined, caller: Caller): void {
  if (!project) throw notFound('project')
  if (project.ownerId !== caller.userId) throw notOwner()
}

const project = prepared((db, { id, viewerId }: Named<{ id: number; viewerId: number }>) =>
  selectProject(db, id, viewerId),
)

/** @throws `not_found` */
export async function findProject(db: Database, id: number, viewer: Caller | undefined) {
  return projectOf(await db.batch(project({ id, viewerId: viewer?.userId ?? 0 })))
}

/**
 * Posts a project. If the caller has posted one by this key already, gives that one as it is now, and posts none.
 * @throws `rate_limited` if the caller has posted as many as the policy grants, `idempotency_key_reused` if the key came with
 * another body before
 */
export async function createProject(
  db: Database,
  caller: Caller,
  body: ProjectBody,
  posts: Policy | undefined,
  key: string | undefined,
) {
  const now = new Date()
  const post = {
    ...body,
    ownerId: caller.userId,
    createdAt: now,
    updatedAt: now,
    idempotencyKey: key ?? null,
    idempotencyDigest: key === undefined ? null : await digestOf(body),
  }
  const [, [usedUp], ...project] = await db.batch([
    insertProject(db, post, posts),
    selectUsedUp(db, post, posts),
    ...selectProject(db, postedId(post), caller.userId),
  ])
  if (posts && usedUp?.at) throw postsUsedUp(posts, Math.ceil((usedUp.at - windowStart(posts, now)) / 1000))
  if (key !== undefined && project[0].length === 0) throw idempotencyKeyReused()
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
