import { type SQL, sql } from 'drizzle-orm'
import { REQUEST_STATUSES, collaborationRequests as requests } from './tables.ts'

/**
 * When the owner of the current row of `projects` received the `nth` newest of the requests that are still there, in
 * milliseconds since 1970; NULL if there are fewer. The index goes by status, and SQLite merges the newest of each: it reads
 * `nth` rows, and one more for each status. An index by time would read fewer, and cost a row written for every request.
 */
export function nthNewestReceivedAt(nth: number): SQL<number | null> {
  const received = REQUEST_STATUSES.map(
    (status) => sql`SELECT id FROM ${requests} WHERE owner_id = projects.owner_id AND status = ${status}`,
  )
  const ids = sql.join(received, sql` UNION ALL `)
  return sql`(SELECT nth.created_at FROM ${requests} AS nth
    WHERE nth.id = (${ids} ORDER BY id DESC LIMIT 1 OFFSET ${nth - 1}))`
}
