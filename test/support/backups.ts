import { applyD1Migrations, reset } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { backupLines } from '../../scripts/admin/backup.ts'
import { checkBackup, checkEmpty } from '../../scripts/admin/backup-check.ts'
import { BACKUP_TABLES } from '../../scripts/admin/backup-format.ts'
import { restoreLines } from '../../scripts/admin/restore.ts'
import type { Stores } from '../../scripts/admin/stores.ts'
import { wrapped } from './bindings.ts'

/** All lines of a backup. `meanwhile` is called at each of them, as it is read. */
export async function takeBackup(
  options: Parameters<typeof backupLines>[1] = {},
  meanwhile: (line: string) => Promise<void> = async () => {},
): Promise<string[]> {
  const lines: string[] = []
  for await (const line of backupLines(env, options)) {
    lines.push(line)
    await meanwhile(line)
  }
  return lines
}

export async function restoreBackup(lines: string[], stores: Stores = env): Promise<void> {
  const read = async function* () {
    yield* lines
  }
  const { head } = await checkBackup(read)
  await checkEmpty(stores.DB, head)
  await restoreLines(stores, head, read)
}

/** Other stores, with nothing in them but the tables. */
export async function moveElsewhere(): Promise<void> {
  await reset()
  await applyD1Migrations(env.DB, env.MIGRATIONS)
}

/**
 * Every row of every table, with SQLite's own word for each value, in which 1 is not 1.0 nor '1', and its bytes. And the
 * last ids given out.
 */
export async function everything(): Promise<Record<string, unknown[]>> {
  const tables = BACKUP_TABLES.map(({ name, columns, key }) => ({ name, columns, key }))
  const sequence = { name: 'sqlite_sequence', columns: ['name', 'seq'], key: 'name' }
  const rows: Record<string, unknown[]> = {}
  for (const { name, columns, key } of [...tables, sequence]) {
    const quoted = columns.map((column) => `quote(${column}) || ' ' || hex(${column}) AS ${column}`)
    rows[name] = (await env.DB.prepare(`SELECT ${quoted} FROM ${name} ORDER BY ${key}`).all()).results
  }
  return rows
}

/** Stores that note the size of the largest value bound to a statement, which D1 limits to 2 MB. */
export function measured(): { stores: Stores; largestBytes: () => number } {
  let largest = 0
  const note = (value: unknown) => {
    if (typeof value === 'string') largest = Math.max(largest, new TextEncoder().encode(value).length)
  }
  const DB = wrapped(env.DB, {
    prepare(sql: string) {
      const statement = env.DB.prepare(sql)
      return wrapped(statement, {
        bind(...values: unknown[]) {
          values.forEach(note)
          return statement.bind(...values)
        },
      })
    },
  })
  return { stores: { ...env, DB }, largestBytes: () => largest }
}
