import type { Invariant } from './invariant.ts'
import { ACCOUNT_INVARIANTS } from './invariants-of-accounts.ts'
import { PROJECT_INVARIANTS } from './invariants-of-projects.ts'
import { SEARCH_INVARIANTS } from './invariants-of-search.ts'

const STORE_INVARIANTS: readonly Invariant[] = [
  {
    name: 'SQLite finds the database whole, its search index too',
    violations: `SELECT quick_check FROM pragma_quick_check WHERE quick_check <> 'ok'`,
  },
  {
    name: 'No id is given out twice',
    violations: `SELECT name, seq FROM sqlite_sequence WHERE seq < CASE name
      WHEN 'users' THEN (SELECT max(id) FROM users)
      WHEN 'projects' THEN (SELECT max(id) FROM projects)
      WHEN 'collaboration_requests' THEN (SELECT max(id) FROM collaboration_requests) END`,
  },
]

/** Everything that must hold in D1, whether or not a constraint of the schema sees to it. */
export const INVARIANTS: readonly Invariant[] = [
  ...STORE_INVARIANTS,
  ...ACCOUNT_INVARIANTS,
  ...PROJECT_INVARIANTS,
  ...SEARCH_INVARIANTS,
]

/** The keys of avatars: those that profiles show, those that D1 has noted for removal, and those of the objects in R2. */
export interface AvatarKeys {
  shown: Iterable<string>
  noted: Iterable<string>
  stored: Iterable<string>
}

/** The SELECTs of a column `key` that tell what D1 knows of avatars. */
export const SHOWN_AVATARS = 'SELECT avatar_key AS key FROM profiles WHERE avatar_key IS NOT NULL'
export const NOTED_AVATARS = 'SELECT key FROM discarded_avatars'

/**
 * Everything that must hold between D1 and R2, with the keys at fault. D1 must be read before and after R2 is listed, or
 * nobody may write meanwhile.
 */
export function avatarViolations(keys: AvatarKeys): { name: string; keys: string[] }[] {
  const [shown, noted, stored] = [new Set(keys.shown), new Set(keys.noted), new Set(keys.stored)]
  return [
    {
      name: 'Every avatar that a profile shows is in R2',
      keys: [...shown].filter((key) => !stored.has(key)),
    },
    {
      name: 'Every object in R2 is shown by a profile or noted for removal',
      keys: [...stored].filter((key) => !shown.has(key) && !noted.has(key)),
    },
  ]
}
