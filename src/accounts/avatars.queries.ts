import { and, eq, inArray, lte, notExists, sql } from 'drizzle-orm'
import type { Database } from '../db/client.ts'
import { discardedAvatars, profiles } from './tables.ts'
import { type AccountRow, onlyRow, selectAccount } from './users.queries.ts'

/** R2 deletes so many in one call. */
const MAX_REMOVED_AT_ONCE = 1000

/** Longer than any upload takes. */
const UPLOAD_SECONDS = 3600

/** Notes an object before an upload makes it, so that it is removed if the upload gets no further. */
export async function noteUpload(db: Database, key: string, now: Date): Promise<void> {
  const removableAt = new Date(now.getTime() + UPLOAD_SECONDS * 1000)
  await db.batch([db.insert(discardedAvatars).values({ key, removableAt })])
}

/** Makes an uploaded object the caller's avatar, or with null leaves none. A trigger notes the one before for removal. */
export async function updateAvatar(db: Database, userId: number, key: string | null): Promise<AccountRow> {
  const [, , accounts] = await db.batch([
    db.update(profiles).set({ avatarKey: key }).where(eq(profiles.userId, userId)),
    db.delete(discardedAvatars).where(eq(discardedAvatars.key, key ?? '')),
    selectAccount(db).where(eq(profiles.userId, userId)),
  ])
  return onlyRow(accounts)
}

/** Keys of objects that may be removed, a thousand at most: no profile shows them, and none is about to. */
export async function listDiscardedAvatars(db: Database, now: Date): Promise<string[]> {
  const inUse = db.select({ one: sql`1` }).from(profiles).where(eq(profiles.avatarKey, discardedAvatars.key))
  const [rows] = await db.batch([
    db
      .select({ key: discardedAvatars.key })
      .from(discardedAvatars)
      .where(and(lte(discardedAvatars.removableAt, now), notExists(inUse)))
      .limit(MAX_REMOVED_AT_ONCE),
  ])
  return rows.map(({ key }) => key)
}

export async function forgetDiscardedAvatars(db: Database, keys: string[]): Promise<void> {
  // As one parameter: D1 takes no more than a hundred.
  const listed = sql`(SELECT value FROM json_each(${JSON.stringify(keys)}))`
  await db.batch([db.delete(discardedAvatars).where(inArray(discardedAvatars.key, listed))])
}
