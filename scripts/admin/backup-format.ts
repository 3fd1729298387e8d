import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core'
import * as z from 'zod'
import { discardedAvatars, profiles, sessions, users } from '../../src/accounts/tables.ts'
import { collaborationRequests, facetCounts, facetFolds, projects } from '../../src/projects/tables.ts'

export const FORMAT = 'devcollab-backup-1'

/** The first line of a backup. */
export const backupHead = z.object({
  format: z.literal(FORMAT),
  takenAt: z.iso.datetime(),
  /** The migrations that made the tables. */
  migrations: z.array(z.string()),
  /** How far the ids of each table had come, which may be further than its rows. */
  sequences: z.record(z.string(), z.int()),
  columns: z.record(z.string(), z.array(z.string())),
})
export type BackupHead = z.output<typeof backupHead>

/** A line between: a table's name with the values of a row. */
export const backupLine = z.tuple([z.string(), z.array(z.union([z.string(), z.number(), z.null()]))])

/** The last line. A backup without it was cut off. */
export const backupFoot = z.object({ rows: z.record(z.string(), z.int()) })

/** A table in a backup. */
export interface BackupTable {
  name: string
  columns: string[]
  /** The column of its primary key, by which it is read in pages. */
  key: string
  /** The column that says whether a row was there when the backup began, and the table whose ids it holds. */
  born: { column: string; of: string } | undefined
}

/** What a backup holds, parents first: a row refers to none that comes after it. */
export const BACKUP_TABLES: readonly BackupTable[] = [
  backupTable(users, 'id', { column: 'id', of: 'users' }),
  backupTable(profiles, 'user_id', { column: 'user_id', of: 'users' }),
  backupTable(sessions, 'id', { column: 'user_id', of: 'users' }),
  backupTable(projects, 'id', { column: 'id', of: 'projects' }),
  backupTable(collaborationRequests, 'id', { column: 'id', of: 'collaboration_requests' }),
  backupTable(discardedAvatars, 'key'),
]

/** An avatar's line reads like a row's; its bytes are in base64. */
export const AVATAR = { name: 'avatar', columns: ['key', 'type', 'bytes'] }

/** What is made of the others: a restore makes it anew. */
export const DERIVED_TABLES = [facetCounts, facetFolds].map((table) => getTableConfig(table).name)

function backupTable(table: SQLiteTable, key: string, born?: BackupTable['born']): BackupTable {
  const { name, columns } = getTableConfig(table)
  return { name, columns: columns.map((column) => column.name), key, born }
}
