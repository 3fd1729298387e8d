import type { ReadLines } from './backup-check.ts'
import { AVATAR, BACKUP_TABLES, type BackupHead, type BackupTable, backupLine } from './backup-format.ts'
import { rebuildSearch } from './search.ts'
import type { Stores } from './stores.ts'

/** Well below the 2 MB that D1 takes as one parameter. */
const MAX_CHUNK_BYTES = 1_000_000
const MAX_CHUNK_ROWS = 500

/**
 * Brings a checked backup into an empty database: rows as they were, with their ids, and no id given out again that
 * was given out before. What is derived is made anew. Cut off, it leaves a part: start again with an empty database.
 */
export async function restoreLines(
  { DB, AVATARS }: Stores,
  head: BackupHead,
  read: ReadLines,
): Promise<void> {
  // First, so that whatever comes later no id is used twice.
  const sequences = Object.entries(head.sequences).flatMap(([name, seq]) => raiseSequence(DB, name, seq))
  if (sequences.length > 0) await DB.batch(sequences)
  for await (const { name, lines } of chunksOf(read())) {
    const table = BACKUP_TABLES.find((table) => table.name === name)
    if (table) await DB.prepare(insertRows(table)).bind(`[${lines}]`).run()
    if (name === AVATAR.name) for (const line of lines) await putAvatar(AVATARS, line)
  }
  // Where an avatar was exchanged during the backup.
  await DB.prepare('DELETE FROM discarded_avatars WHERE key IN (SELECT avatar_key FROM profiles)').run()
  await rebuildSearch(DB)
}

function raiseSequence(db: D1Database, name: string, seq: number): D1PreparedStatement[] {
  const raise = 'UPDATE sqlite_sequence SET seq = max(seq, CAST(?2 AS INTEGER)) WHERE name = ?1'
  const begin = `INSERT INTO sqlite_sequence (name, seq) SELECT ?1, CAST(?2 AS INTEGER)
    WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?1)`
  return [raise, begin].map((sql) => db.prepare(sql).bind(name, seq))
}

/** SQLite reads the lines itself, as it has written them. */
function insertRows({ name, columns, key }: BackupTable): string {
  const values = columns.map((_, index) => `value ->> '$[1][${index}]'`)
  // A trigger has made the profile of a user who was restored before.
  const others = columns.filter((column) => column !== key).map((column) => `${column} = excluded.${column}`)
  const onConflict = name === 'profiles' ? `ON CONFLICT (${key}) DO UPDATE SET ${others}` : ''
  return `INSERT INTO ${name} (${columns}) SELECT ${values} FROM json_each(?) WHERE true ORDER BY key ${onConflict}`
}

async function putAvatar(bucket: R2Bucket, line: string): Promise<void> {
  const [, [key, contentType, bytes]] = backupLine.parse(JSON.parse(line))
  const body = Uint8Array.from(atob(String(bytes)), (character) => character.charCodeAt(0))
  await bucket.put(String(key), body, { httpMetadata: { contentType: String(contentType) } })
}

/** Lines of one table that fit into one parameter. The first line and the last belong to none. */
async function* chunksOf(lines: AsyncIterable<string>): AsyncGenerator<{ name: string; lines: string[] }> {
  let chunk: string[] = []
  let name = ''
  let bytes = 0
  for await (const line of lines) {
    const lineName = /^\["(\w+)"/.exec(line)?.[1] ?? ''
    const size = new TextEncoder().encode(line).length + 1
    if (lineName !== name || chunk.length === MAX_CHUNK_ROWS || bytes + size > MAX_CHUNK_BYTES) {
      if (chunk.length > 0) yield { name, lines: chunk }
      chunk = []
      name = lineName
      bytes = 0
    }
    chunk.push(line)
    bytes += size
  }
  if (chunk.length > 0) yield { name, lines: chunk }
}
