import { openDatabase } from '../db/client.ts'
import type { Bindings } from '../env.ts'
import { knownTags } from '../http/entity-tags.ts'
import { throwUnavailable } from '../http/errors.ts'
import { hex } from '../http/hex.ts'
import { causeOf, log } from '../http/log.ts'
import { forgetDiscardedAvatars, listDiscardedAvatars } from './avatars.queries.ts'

/**
 * A name for the object of one upload, of 192 random bits. No other upload ever has it: its URL never shows another picture,
 * and nothing is made under the name while it is being removed.
 */
export const avatarKey = (): string => hex(crypto.getRandomValues(new Uint8Array(24)))

/** @throws `unavailable` */
export async function storeAvatar(bucket: R2Bucket, key: string, avatar: Uint8Array): Promise<void> {
  await bucket.put(key, avatar, { httpMetadata: { contentType: 'image/webp' } }).catch(throwUnavailable)
}

/** The avatar; without a body if the request has it already; null if there is none of this name. @throws `unavailable` */
export async function findAvatar(
  bucket: R2Bucket,
  key: string,
  request: Headers,
): Promise<R2Object | R2ObjectBody | null> {
  const onlyIf = new Headers()
  // R2 throws at what is no tag.
  const tags = knownTags(request).join(', ')
  if (tags) onlyIf.set('If-None-Match', tags)
  return bucket.get(key, { onlyIf }).catch(throwUnavailable)
}

/**
 * Removes from R2 what no profile shows any more, up to a thousand objects. D1 lists them, from the transaction on that
 * discarded them until R2 has answered, so cron tries again what fails. Never throws. @returns how many were removed
 */
export async function removeDiscardedAvatars({ DB, AVATARS }: Bindings, now: Date): Promise<number> {
  const db = openDatabase(DB)
  try {
    const keys = await listDiscardedAvatars(db, now)
    if (keys.length === 0) return 0
    await AVATARS.delete(keys)
    await forgetDiscardedAvatars(db, keys)
    return keys.length
  } catch (error) {
    log('warn', { event: 'avatars_not_removed', ...causeOf(error) })
    return 0
  }
}
