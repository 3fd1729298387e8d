import { getTableColumns, type SQL, sql } from 'drizzle-orm'
import type { Statements } from '../db/statements.ts'
import type { Policy } from '../http/policies.ts'
import { projects } from './tables.ts'

type Row = Required<typeof projects.$inferInsert>

/** When the owner posted the newest project but `nth - 1` of those still there; NULL if there are not so many. */
const nthNewestPostedAt = (ownerId: number, nth: number): SQL =>
  sql`(SELECT created_at FROM ${projects} WHERE owner_id = ${ownerId} ORDER BY id DESC LIMIT 1 OFFSET ${nth - 1})`

/**
 * Inserts a project, unless its owner has posted as many as the policy grants, if there is one. Who has posted nothing
 * within its time, as nearly everybody, is let through by the newest project alone, whatever else there is.
 */
export function insertProject(db: Statements, project: Omit<Row, 'id'>, posts: Policy | undefined) {
  const row: Record<string, unknown> = { ...project, id: null } satisfies Record<keyof Row, unknown>
  const columns = Object.entries(getTableColumns(projects))
  const values = sql.join(
    columns.map(([name, column]) => sql.param(row[name], column)),
    sql`, `,
  )
  const isBefore = (nth: number) =>
    sql`coalesce(${nthNewestPostedAt(project.ownerId, nth)}, 0) <= ${sinceOf(posts, project.createdAt)}`
  const isGranted = posts ? sql`${isBefore(1)} OR ${isBefore(posts.quota)}` : sql`true`
  return db.insert(projects).select(sql`SELECT ${values} WHERE ${isGranted}`)
}

/** Right after `insertProject`: one row, whose `at` is NULL, or if it refused, when the oldest was posted that counts. */
export const selectUsedUp = (db: Statements, ownerId: number, posts: Policy | undefined) =>
  db.all<{ at: number | null }>(
    sql`SELECT CASE WHEN changes() = 0 THEN ${posts ? nthNewestPostedAt(ownerId, posts.quota) : sql`NULL`} END AS at`,
  )

/** What was posted later counts. */
export const sinceOf = (posts: Policy | undefined, now: Date) => now.getTime() - (posts?.seconds ?? 0) * 1000
