import type * as z from 'zod'
import { BACKUP_TABLES, type BackupHead, backupFoot, backupHead, backupLine } from './backup-format.ts'
import { Refusal } from './stores.ts'

/** The lines of a backup, from the first, each time it is called. */
export type ReadLines = () => AsyncIterable<string>

/**
 * Reads a backup to its end, and tells what it holds.
 * @throws `Refusal` if it is none, is damaged or was cut off
 */
export async function checkBackup(
  read: ReadLines,
): Promise<{ head: BackupHead; rows: Record<string, number> }> {
  const rows: Record<string, number> = {}
  let head: BackupHead | undefined
  let foot: z.output<typeof backupFoot> | undefined
  let number = 0
  for await (const line of read()) {
    number += 1
    const value = parsed(line)
    if (!head) {
      head = backupHead.safeParse(value).data
      if (!head) throw new Refusal('This is no backup, or one of another version.')
      continue
    }
    if (foot) throw new Refusal(`The backup goes on after its end, at line ${number}.`)
    foot = backupFoot.safeParse(value).data
    if (foot) continue
    const [name, values] = backupLine.safeParse(value).data ?? ['', []]
    if (values.length !== head.columns[name]?.length)
      throw new Refusal(`Line ${number} of the backup is damaged.`)
    rows[name] = (rows[name] ?? 0) + 1
  }
  if (!head || !foot) throw new Refusal('The backup was cut off: its end is missing.')
  for (const [name, count] of Object.entries(foot.rows)) {
    if (count !== (rows[name] ?? 0)) throw new Refusal(`The backup has other rows of ${name} than it says.`)
  }
  return { head, rows: foot.rows }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** @throws `Refusal` unless the database has the tables of the backup and no row in them */
export async function checkEmpty(db: D1Database, head: BackupHead): Promise<void> {
  const { results } = await db.prepare('SELECT name FROM d1_migrations ORDER BY id').all<{ name: string }>()
  const [has, needs] = [results.map(({ name }) => name).join(', '), head.migrations.join(', ')]
  if (has !== needs) {
    throw new Refusal(`The backup is of the migrations ${needs}. The database has ${has || 'none'}.`)
  }
  for (const { name, columns } of BACKUP_TABLES) {
    if (`${head.columns[name]}` !== `${columns}`)
      throw new Refusal(`The backup has other columns of ${name}.`)
    const row = await db.prepare(`SELECT 1 FROM ${name} LIMIT 1`).first()
    if (row) throw new Refusal(`The database is not empty: there are rows in ${name}.`)
  }
}
