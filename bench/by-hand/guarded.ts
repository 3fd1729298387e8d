import { ENDED } from './answers.ts'
import { count } from './logs.ts'
import type { Caller, Visit } from './visits.ts'

const IS_SIGNED_IN = `SELECT iif(EXISTS (SELECT 1 FROM sessions
  WHERE id = ? AND user_id = ? AND revoked_at IS NULL AND expires_at > ?
    AND EXISTS (SELECT 1 FROM users WHERE users.id = sessions.user_id AND disabled_at IS NULL)), 1, json('refused'))`

/** The rows of each statement, sent as one batch, with the caller's session ahead. @throws `ENDED` */
export async function batch(
  visit: Visit,
  statements: D1PreparedStatement[],
): Promise<Record<string, unknown>[][]> {
  const { db, caller } = visit
  if (!caller) return send(visit, statements)
  try {
    return (await send(visit, [signedIn(db, caller), ...statements])).slice(1)
  } catch (error) {
    throw String(error).includes('malformed JSON') ? ENDED : error
  }
}

const signedIn = (db: D1Database, { sessionId, userId }: Caller) =>
  db.prepare(IS_SIGNED_IN).bind(sessionId, userId, Date.now())

async function send(visit: Visit, statements: D1PreparedStatement[]): Promise<Record<string, unknown>[][]> {
  count(visit, 'd1Trips')
  const results = await visit.db.batch<Record<string, unknown>>(statements)
  for (const { meta } of results) {
    count(visit, 'd1RowsRead', meta.rows_read)
    count(visit, 'd1RowsWritten', meta.rows_written)
    count(visit, 'd1Ms', meta.duration)
  }
  return results.map(({ results }) => results)
}
