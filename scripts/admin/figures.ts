import type { Stores, Terminal } from './stores.ts'

const DAYS = 7
const DAY_MS = 24 * 3600 * 1000

/** Each counts rows one by one, the narrowest index of them where there is one. */
const COUNTS: [name: string, sql: string][] = [
  ['users', 'SELECT count(*) AS count FROM users'],
  ['users disabled', 'SELECT count(*) AS count FROM users WHERE disabled_at IS NOT NULL'],
  ['sessions alive', 'SELECT count(*) AS count FROM sessions WHERE revoked_at IS NULL AND expires_at > ?1'],
  [
    'sessions over',
    'SELECT count(*) AS count FROM sessions WHERE revoked_at IS NOT NULL OR expires_at <= ?1',
  ],
  ['projects', 'SELECT count(*) AS count FROM projects'],
  ['avatars noted for removal', 'SELECT count(*) AS count FROM discarded_avatars'],
]

const REQUESTS =
  'SELECT status, count(*) AS count FROM collaboration_requests GROUP BY status ORDER BY status'

// A project's update is no older than itself, and has an index.
const NEWEST_DAYS = `
  SELECT date(created_at / 1000, 'unixepoch') AS day, sum(isUser) AS users, sum(1 - isUser) AS projects FROM (
    SELECT created_at, 1 AS isUser FROM users WHERE created_at >= ?1
    UNION ALL SELECT created_at, 0 FROM projects WHERE updated_at >= ?1 AND created_at >= ?1)
  GROUP BY day ORDER BY day DESC`

const INDEX_BYTES = 'SELECT coalesce(sum(length(block)), 0) AS bytes FROM projects_search_data'

/** Prints how much there is, and how many rows it took to tell. */
export async function printFigures({ DB }: Stores, terminal: Terminal): Promise<void> {
  const now = Date.now()
  let rowsRead = 0
  let databaseBytes = 0
  const read = async <T>(sql: string, ...values: number[]) => {
    const { results, meta } = await DB.prepare(sql)
      .bind(...values)
      .all<T>()
    rowsRead += meta.rows_read
    databaseBytes = meta.size_after
    return results
  }
  const row = (name: string, value: number | string) => terminal.print(`${name.padEnd(26)}${value}`)
  for (const [name, sql] of COUNTS) {
    const [counted] = await read<{ count: number }>(sql, ...(sql.includes('?1') ? [now] : []))
    row(name, counted?.count ?? 0)
  }
  for (const { status, count } of await read<{ status: string; count: number }>(REQUESTS)) {
    row(`requests ${status}`, count)
  }
  const [index] = await read<{ bytes: number }>(INDEX_BYTES)
  const since = now - (now % DAY_MS) - (DAYS - 1) * DAY_MS
  const days = await read<{ day: string; users: number; projects: number }>(NEWEST_DAYS, since)
  row('database', inMegabytes(databaseBytes))
  row('of it the search index', inMegabytes(index?.bytes ?? 0))
  for (const { day, users, projects } of days) row(`new on ${day}`, `${users} users, ${projects} projects`)
  row('rows read to tell this', rowsRead)
}

const inMegabytes = (bytes: number) => `${(bytes / 1_000_000).toFixed(1)} MB`
