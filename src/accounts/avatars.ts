import { openDatabase } from '../db/client.ts'
import type { Bindings } from '../env.ts'
import { log } from '../http/log.ts'
import { forgetDiscardedAvatars, listDiscardedAvatars } from './avatars.queries.ts'

/**
 * Removes from R2 what no profile shows any more, up to a hundred objects, and tells how many those were. D1 keeps
 * the list, written in the transaction that discarded them, until R2 has answered: what fails is tried again by cron.
 */
export async function removeDiscardedAvatars({ DB, AVATARS }: Bindings): Promise<number> {
  const db = openDatabase(DB)
  try {
    const keys = await listDiscardedAvatars(db)
    if (keys.length === 0) return 0
    await AVATARS.delete(keys)
    await forgetDiscardedAvatars(db, keys)
    return keys.length
  } catch (error) {
    log('warn', { event: 'avatars_not_removed', error: error instanceof Error ? error.name : 'unknown' })
    return 0
  }
}
