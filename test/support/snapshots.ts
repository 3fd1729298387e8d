import { env } from 'cloudflare:workers'

type Row = Record<string, string | number | null>

/** What the stores hold. The search index follows the tables; KV is left out, for it decides nothing. */
export interface Snapshot {
  tables: Record<string, Row[]>
  objects: Map<string, ArrayBuffer>
}

/** Each after those that its rows need, or whose triggers write to it. */
const TABLES = [
  'users',
  'profiles',
  'sessions',
  'projects',
  'collaboration_requests',
  'discarded_avatars',
  'facet_counts',
  'facet_folds',
]

export async function takeSnapshot(): Promise<Snapshot> {
  const [results, { objects }] = await Promise.all([
    env.DB.batch<Row>(
      [...TABLES, 'sqlite_sequence'].map((table) => env.DB.prepare(`SELECT * FROM ${table}`)),
    ),
    env.AVATARS.list(),
  ])
  const bodies = objects.map(async ({ key }): Promise<[string, ArrayBuffer]> => {
    const object = await env.AVATARS.get(key)
    return [key, (await object?.arrayBuffer()) ?? new ArrayBuffer()]
  })
  const tables = [...TABLES, 'sqlite_sequence'].map((table, i) => [table, results[i]?.results ?? []])
  return { tables: Object.fromEntries(tables), objects: new Map(await Promise.all(bodies)) }
}

/** Puts back what the snapshot holds, ids and their sequences too, and empties KV: its tokens are good again. */
export async function restore({ tables, objects }: Snapshot): Promise<void> {
  const statements = Object.entries(tables).flatMap(([table, rows]) => {
    const columns = Object.keys(rows[0] ?? {})
    const clear = env.DB.prepare(`DELETE FROM ${table}`)
    if (columns.length === 0) return [clear]
    const fill = `INSERT INTO ${table} (${columns.map((name) => `"${name}"`)})
      SELECT ${columns.map((_, i) => `value ->> ${i}`)} FROM json_each(?)`
    return [clear, env.DB.prepare(fill).bind(JSON.stringify(rows.map((row) => Object.values(row))))]
  })
  const [, { keys }, stored] = await Promise.all([
    env.DB.batch(statements),
    env.TOKEN_BLACKLIST.list(),
    env.AVATARS.list(),
  ])
  const surplus = stored.objects.map(({ key }) => key).filter((key) => !objects.has(key))
  const missing = [...objects].filter(([key]) => !stored.objects.some((object) => object.key === key))
  await Promise.all([
    ...keys.map(({ name }) => env.TOKEN_BLACKLIST.delete(name)),
    surplus.length > 0 && env.AVATARS.delete(surplus),
    ...missing.map(([key, body]) => env.AVATARS.put(key, body)),
  ])
}

/** A hash, a session's id or an avatar's key: different each time. */
const RANDOM = /^(?:\$2b\$.{56}|[\w-]{43}|[\da-f]{48})$/
const A_MOMENT = 1e12

/**
 * What a snapshot holds, but for moments, and for what chance made since an earlier snapshot: two snapshots of which one
 * request more or less has been made differ in it, two after the same requests do not.
 */
export function shapeOf({ tables, objects }: Snapshot, { tables: earlier }: Snapshot): unknown {
  const known = new Set(Object.values(earlier).flatMap((rows) => rows.flatMap((row) => Object.values(row))))
  const shape = (value: string | number | null) => {
    if (typeof value === 'number') return value > A_MOMENT ? 'moment' : value
    return value !== null && RANDOM.test(value) && !known.has(value) ? 'new' : value
  }
  const rowsOf = (table: string) =>
    (tables[table] ?? []).map((row) => JSON.stringify(Object.values(row).map(shape))).sort()
  return {
    ...Object.fromEntries(TABLES.map((table) => [table, rowsOf(table)])),
    objects: [...objects].map(([key, body]) => `${shape(key)} of ${body.byteLength} bytes`).sort(),
  }
}
