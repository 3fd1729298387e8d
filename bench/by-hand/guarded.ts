import { ENDED } from './answers.ts'
import type { Caller, Visit } from './visits.ts'

const IS_SIGNED_IN = `SELECT iif(EXISTS (SELECT 1 FROM sessions
  WHERE id = ? AND user_id = ? AND revoked_at IS NULL AND expires_at > ?
    AND EXISTS (SELECT 1 FROM users WHERE users.id = sessions.user_id AND disabled_at IS NULL)), 1, json('refused'))`

/** The rows of each statement, sent as one batch, with the caller's session ahead. @throws `ENDED` */
export async function batch(
  { db, caller }: Visit,
  statements: D1PreparedStatement[],
): Promise<Record<string, unknown>[][]> {
  if (!caller) return rowsOf(await db.batch(statements))
  try {
    return rowsOf(await db.batch([signedIn(db, caller), ...statements])).slice(1)
  } catch (error) {
    throw String(error).includes('malformed JSON') ? ENDED : error
  }
}

const signedIn = (db: D1Database, { sessionId, userId }: Caller) =>
  db.prepare(IS_SIGNED_IN).bind(sessionId, userId, Date.now())

const rowsOf = (results: D1Result[]) => results.map(({ results }) => results as Record<string, unknown>[])
