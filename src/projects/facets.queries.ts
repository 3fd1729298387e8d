import { sql } from 'drizzle-orm'
import type { Database } from '../db/client.ts'
import { prepared, type Statements } from '../db/statements.ts'
import { projects } from './tables.ts'

/** How many technologies are listed, and how many roles. */
export const MAX_FACETS = 50

const facets = prepared((db) => [selectFacets(db, 'tech'), selectFacets(db, 'role')])

/** The most used technologies and roles with the number of projects that name them, most used first. */
export async function findFacets(db: Database) {
  const [techStack, rolesNeeded] = await db.batch(facets({}))
  return { techStack, rolesNeeded }
}

/**
 * `facet_counts` is brought up to date once for a hundred projects. Those made since are counted here, and added. A name that
 * none of them uses is in the top fifty only if it is in the table's top fifty, so no more of the table is read.
 */
const selectFacets = (db: Statements, kind: 'tech' | 'role') =>
  db.select({ name: sql<string>`name`, count: sql<number>`count` }).from(sql`(
    WITH recent AS MATERIALIZED (
      SELECT value ->> 0 AS key, min(value ->> 1) AS name, count(*) AS count
      FROM ${projects}, json_each(${kind === 'tech' ? projects.techStack : projects.rolesNeeded})
      WHERE ${projects.id} > (SELECT counted_up_to FROM facet_folds) GROUP BY value ->> 0)
    SELECT name, count FROM (
      SELECT coalesce(folded.name, recent.name) AS name, recent.count + coalesce(folded.count, 0) AS count
      FROM recent LEFT JOIN facet_counts AS folded ON folded.kind = ${kind} AND folded.key = recent.key
      UNION ALL
      SELECT name, count FROM (SELECT key, name, count FROM facet_counts WHERE kind = ${kind} ORDER BY count DESC, key LIMIT ${MAX_FACETS})
      WHERE key NOT IN (SELECT key FROM recent))
    ORDER BY count DESC, name LIMIT ${MAX_FACETS}) AS facets`)
