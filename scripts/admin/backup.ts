import {
  AVATAR,
  BACKUP_TABLES,
  type BackupHead,
  type BackupTable,
  type backupFoot,
  backupLine,
  FORMAT,
} from './backup-format.ts'
import { Refusal, type Stores } from './stores.ts'

const ROWS_AT_ONCE = 500

/**
 * Everything that cannot be made anew, a line of JSON each, read page by page. SQLite itself writes the values, so
 * that 1 and 1.0 stay apart and no digit is lost.
 *
 * While others write, a row is as it was when its page was read, and what is made after the beginning is left out: no
 * row refers to one that is missing, but two rows may be of different moments.
 * @throws `Refusal` if a username has changed hands meanwhile
 */
export async function* backupLines(
  stores: Stores,
  { withAvatars = true, pageSize = ROWS_AT_ONCE } = {},
): AsyncGenerator<string> {
  const head = await readHead(stores.DB)
  yield JSON.stringify(head)
  const rows: Record<string, number> = {}
  for (const table of BACKUP_TABLES) {
    const lines = tableLines(stores.DB, table, head.sequences, pageSize)
    rows[table.name] = yield* counted(table.name === 'users' ? namedOnce(lines, table) : lines)
  }
  if (withAvatars) rows[AVATAR.name] = yield* counted(avatarLines(stores, pageSize))
  yield JSON.stringify({ rows } satisfies typeof backupFoot._input)
}

async function* counted(lines: AsyncIterable<string>): AsyncGenerator<string, number> {
  let count = 0
  for await (const line of lines) {
    count += 1
    yield line
  }
  return count
}

/** Two users have one name if one was read before giving it up, and the other after taking it. No table can hold both. */
async function* namedOnce(lines: AsyncIterable<string>, { columns }: BackupTable): AsyncGenerator<string> {
  const names = new Set<string>()
  for await (const line of lines) {
    const [, row] = backupLine.parse(JSON.parse(line))
    const name = String(row[columns.indexOf('username')])
    if (names.has(name.toLowerCase())) {
      throw new Refusal(`The username ${name} has changed hands meanwhile. Take the backup again.`)
    }
    names.add(name.toLowerCase())
    yield line
  }
}

async function readHead(db: D1Database): Promise<BackupHead> {
  const [migrations, sequences] = await db.batch<{ name: string; seq: number }>([
    db.prepare('SELECT name FROM d1_migrations ORDER BY id'),
    db.prepare('SELECT name, seq FROM sqlite_sequence'),
  ])
  const isOurs = ({ name }: { name: string }) => BACKUP_TABLES.some((table) => table.name === name)
  return {
    format: FORMAT,
    takenAt: new Date().toISOString(),
    migrations: (migrations?.results ?? []).map(({ name }) => name),
    sequences: Object.fromEntries(
      (sequences?.results ?? []).filter(isOurs).map(({ name, seq }) => [name, seq]),
    ),
    columns: Object.fromEntries([...BACKUP_TABLES, AVATAR].map(({ name, columns }) => [name, columns])),
  }
}

async function* tableLines(
  db: D1Database,
  { name, columns, key, born }: BackupTable,
  sequences: BackupHead['sequences'],
  pageSize: number,
): AsyncGenerator<string> {
  const wasThere = born ? `${born.column} <= ${sequences[born.of] ?? 0}` : 'true'
  const select = (after: string) => `
    SELECT ${key} AS key, json_array('${name}', json_array(${columns})) AS line
    FROM ${name} WHERE ${after} AND ${wasThere} ORDER BY ${key} LIMIT ${pageSize}`
  for (let page = db.prepare(select('true')); ; ) {
    const { results } = await page.all<{ key: string | number; line: string }>()
    for (const { line } of results) yield line
    const last = results.at(-1)?.key
    if (last === undefined || results.length < pageSize) return
    page = db.prepare(select(`${key} > ?`)).bind(last)
  }
}

/** The avatars that profiles show. One that R2 lacks is left out. */
async function* avatarLines({ DB, AVATARS }: Stores, pageSize: number): AsyncGenerator<string> {
  const page = DB.prepare(
    `SELECT avatar_key AS key FROM profiles WHERE avatar_key > ? ORDER BY avatar_key LIMIT ${pageSize}`,
  )
  for (let after = ''; ; ) {
    const { results } = await page.bind(after).all<{ key: string }>()
    for (const { key } of results) {
      const object = await AVATARS.get(key)
      if (!object) continue
      const bytes = new Uint8Array(await object.arrayBuffer())
      yield JSON.stringify([AVATAR.name, [key, object.httpMetadata?.contentType ?? '', toBase64(bytes)]])
    }
    const last = results.at(-1)?.key
    if (last === undefined || results.length < pageSize) return
    after = last
  }
}

function toBase64(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}
