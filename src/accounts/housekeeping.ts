import { openDatabase } from '../db/client.ts'
import type { Bindings } from '../env.ts'
import { causeOf, log } from '../http/log.ts'
import { removeDiscardedAvatars } from './avatars.ts'
import { deleteExpiredSessions } from './housekeeping.queries.ts'

/** Each batch reads at most this many sessions; the plan allows 50 statements in one run. */
const SESSIONS_PER_BATCH = 5000
const MAX_BATCHES = 30

/**
 * Removes sessions whose last refresh token has expired, and avatars that nobody shows. A run may not reach all sessions, but
 * each begins at another, random one, so hourly runs reach them all in time. An index by expiry would find the expired
 * ones at once, and every refresh would have to write it. @throws `unavailable`
 */
export async function runHousekeeping(env: Bindings, now: Date): Promise<void> {
  const avatarsRemoved = await removeDiscardedAvatars(env, now)
  const db = openDatabase(env.DB)
  const sessions = await deleteExpiredSessions(db, now, SESSIONS_PER_BATCH, MAX_BATCHES).catch((error) => {
    // The platform shows what is thrown, and not its cause.
    log('error', { event: 'housekeeping_failed', ...causeOf(error) })
    throw error
  })
  log('info', { event: 'housekeeping_done', ...sessions, avatarsRemoved })
}
