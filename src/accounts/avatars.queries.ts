import { eq, inArray, notExists, sql } from 'drizzle-orm'
import type { Database } from '../db/client.ts'
import { discardedAvatars, profiles } from './tables.ts'

const MAX_REMOVED_AT_ONCE = 90

/** Keys that profiles have let go and none has taken again. */
export async function listDiscardedAvatars(db: Database): Promise<string[]> {
  const inUse = db.select({ one: sql`1` }).from(profiles).where(eq(profiles.avatarKey, discardedAvatars.key))
  const [rows] = await db.batch([
    db.select().from(discardedAvatars).where(notExists(inUse)).limit(MAX_REMOVED_AT_ONCE),
  ])
  return rows.map(({ key }) => key)
}

export async function forgetDiscardedAvatars(db: Database, keys: string[]): Promise<void> {
  await db.batch([db.delete(discardedAvatars).where(inArray(discardedAvatars.key, keys))])
}
