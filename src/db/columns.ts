import { customType, integer } from 'drizzle-orm/sqlite-core'
import { foldCase } from '../http/text.ts'

/** A text that is compared, sorted and kept unique without regard to the case of A to Z. */
export const caselessText = customType<{ data: string }>({ dataType: () => 'text COLLATE NOCASE' })

/** A moment in time, in milliseconds since 1970. */
export const timestamp = (name: string) => integer(name, { mode: 'timestamp_ms' })

/**
 * Names as a JSON array of `[folded, name]` pairs. SQLite folds the case of A to Z only, so the key under which
 * a name is found is kept beside it, where the triggers of the search index can reach it.
 */
export const namesText = customType<{ data: string[]; driverData: string }>({
  dataType: () => 'text',
  toDriver: (names) => JSON.stringify(names.map((name) => [foldCase(name), name])),
  fromDriver: (value) => (JSON.parse(value) as [string, string][]).map(([, name]) => name),
})
