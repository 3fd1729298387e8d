import { type SQL, sql } from 'drizzle-orm'
import { valuesOf } from '../db/rows.ts'
import type { Statements } from '../db/statements.ts'
import { type Policy, windowStart } from '../http/policies.ts'
import { projects } from './tables.ts'

type Post = Omit<Required<typeof projects.$inferInsert>, 'id'>

/** When the owner posted the `nth` newest of the projects that are still there; NULL if there are fewer. */
const nthNewestPostedAt = (ownerId: number, nth: number): SQL =>
  sql`(SELECT created_at FROM ${projects} WHERE owner_id = ${ownerId} ORDER BY id DESC LIMIT 1 OFFSET ${nth - 1})`

/** That the owner has posted nothing by this key before; true without a key. */
const isNew = ({ ownerId, idempotencyKey }: Post): SQL =>
  idempotencyKey === null
    ? sql`true`
    : sql`NOT EXISTS (SELECT 1 FROM ${projects} WHERE owner_id = ${ownerId} AND idempotency_key = ${idempotencyKey})`

/**
 * Inserts a project, unless its key has made one already, or its owner has posted as many as the policy grants. Without a
 * policy there is no limit. Most owners' newest project is from before the window: then no other is looked at.
 */
export function insertProject(db: Statements, project: Post, posts: Policy | undefined) {
  const values = valuesOf(projects, { ...project, id: sql`NULL` })
  const isBefore = (nth: number) =>
    sql`coalesce(${nthNewestPostedAt(project.ownerId, nth)}, 0) <= ${windowStart(posts, project.createdAt)}`
  const isGranted = posts ? sql`${isBefore(1)} OR ${isBefore(posts.quota)}` : sql`true`
  // Not ON CONFLICT DO NOTHING: that uses up an id, and writes down that it did.
  return db.insert(projects).select(sql`SELECT ${values} WHERE ${isNew(project)} AND (${isGranted})`)
}

/**
 * Must come right after `insertProject`. Gives one row: if nothing was inserted because the owner has posted too many, `at` is
 * when the oldest of those that count was posted, in milliseconds since 1970; otherwise NULL.
 */
export function selectUsedUp(db: Statements, project: Post, posts: Policy | undefined) {
  const at = posts ? nthNewestPostedAt(project.ownerId, posts.quota) : sql`NULL`
  return db.all<{ at: number | null }>(
    sql`SELECT CASE WHEN changes() = 0 AND ${isNew(project)} THEN ${at} END AS at`,
  )
}

/**
 * After `insertProject`: the id of the project that it inserted, or that the same key with the same body has made before. NULL
 * if the key came with another body.
 */
export const postedId = ({ ownerId, idempotencyKey, idempotencyDigest }: Post): SQL =>
  idempotencyKey === null
    ? // Ids only grow, so within this transaction the owner's greatest is the new one.
      sql`(SELECT max(id) FROM ${projects} WHERE owner_id = ${ownerId})`
    : sql`(SELECT id FROM ${projects} WHERE owner_id = ${ownerId} AND idempotency_key = ${idempotencyKey} AND idempotency_digest = ${idempotencyDigest})`
