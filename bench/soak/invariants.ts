import type { D1Database } from '@cloudflare/workers-types'
import { avatarViolations, INVARIANTS, NOTED_AVATARS, SHOWN_AVATARS } from '../../scripts/invariants.ts'

/** @throws if an invariant of the stores does not hold. Nobody may change anything but remove discarded avatars. */
export async function expectInvariants(db: D1Database, avatars: Bucket): Promise<void> {
  for (const { name, violations } of INVARIANTS) {
    const { results } = await db.prepare(violations).all()
    if (results.length > 0) throw new Error(`Violated: ${name}. ${JSON.stringify(results.slice(0, 5))}`)
  }
  const keysOf = async (query: string) =>
    (await db.prepare(query).all<{ key: string }>()).results.map(({ key }) => key)
  const [noted, shown] = [await keysOf(NOTED_AVATARS), await keysOf(SHOWN_AVATARS)]
  for (const { name, keys } of avatarViolations({ noted, shown, stored: await storedIn(avatars) })) {
    if (keys.length > 0) throw new Error(`Violated: ${name}. ${keys.slice(0, 5).join(', ')}`)
  }
}

/** What is asked of R2, as Miniflare's own types have it. */
interface Bucket {
  list: (options: {
    cursor?: string
  }) => Promise<{ objects: { key: string }[]; truncated: boolean; cursor?: string }>
}

async function storedIn(bucket: Bucket): Promise<string[]> {
  const keys: string[] = []
  for (let cursor: string | undefined, isLast = false; !isLast; ) {
    const page = await bucket.list(cursor === undefined ? {} : { cursor })
    keys.push(...page.objects.map(({ key }) => key))
    isLast = !page.truncated
    cursor = page.cursor
  }
  return keys
}
