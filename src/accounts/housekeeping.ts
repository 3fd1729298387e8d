import { openDatabase } from '../db/client.ts'
import type { Bindings } from '../env.ts'
import { log } from '../http/log.ts'
import { removeDiscardedAvatars } from './avatars.ts'
import { deleteExpiredSessions } from './housekeeping.queries.ts'

/** Each batch reads at most this many sessions; the plan allows 50 statements in one run. */
const SESSIONS_PER_BATCH = 5000
const MAX_BATCHES = 30

/**
 * Removes sessions whose last refresh token has expired, and avatars that nobody shows. It starts at a random place
 * and goes round, so that an index is not needed, which every refresh would have to write: hourly runs reach
 * everything in time however many sessions there are.
 */
export async function keepHouse(env: Bindings, now: Date): Promise<void> {
  const sessions = await deleteExpiredSessions(openDatabase(env.DB), now, SESSIONS_PER_BATCH, MAX_BATCHES)
  const avatars = await removeDiscardedAvatars(env, now)
  log('info', { event: 'house_kept', ...sessions, avatarsRemoved: avatars })
}
