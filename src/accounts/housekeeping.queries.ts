import { and, lte, sql } from 'drizzle-orm'
import type { Database } from '../db/client.ts'
import { sessions } from './tables.ts'

/**
 * Deletes expired sessions, range after range: from a random row to the last one, and on from the first, until the rows or
 * `maxBatches` are through. A revoked session stays until its last refresh token has expired. @throws `unavailable`
 */
export async function deleteExpiredSessions(
  db: Database,
  now: Date,
  rowsPerBatch: number,
  maxBatches: number,
) {
  const [[place]] = await db.batch([
    db.all<{ last: number; start: number }>(
      sql`SELECT max(rowid) AS last, abs(random() % (coalesce(max(rowid), 0) + 1)) AS start FROM sessions`,
    ),
  ])
  const ranges = Math.min(maxBatches, Math.ceil(((place?.last ?? 0) + 1) / rowsPerBatch))
  let sessionsDeleted = 0
  for (let range = 0, from = place?.start ?? 0; range <= ranges; range += 1, from += rowsPerBatch) {
    if (from > (place?.last ?? 0)) from = 0
    const [deleted] = await db.batch([
      db
        .delete(sessions)
        .where(and(sql`rowid >= ${from} AND rowid < ${from + rowsPerBatch}`, lte(sessions.expiresAt, now)))
        .returning({ id: sessions.id }),
    ])
    sessionsDeleted += deleted.length
  }
  return { sessionsDeleted }
}
