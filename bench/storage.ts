import { DatabaseSync } from 'node:sqlite'
import { databaseFile } from './serving.ts'
import { worldDirectory } from './worlds.ts'

/** Bytes of a world's database by what they are for. */
export interface Storage {
  projects: number
  tableBytes: number
  /** The table's ordinary indexes. */
  indexBytes: number
  /** The full-text index, with its shadow tables. */
  searchBytes: number
  wholeBytes: number
}

/** Weighs a world that nothing serves at present. */
export function measureStorage(projects: number): Storage {
  const db = new DatabaseSync(databaseFile(worldDirectory(projects)), { readOnly: true })
  const bytes = (condition: string) =>
    Number(
      db.prepare(`SELECT sum(pgsize) AS bytes FROM dbstat WHERE aggregate = true AND ${condition}`).get()
        ?.bytes,
    )
  try {
    return {
      projects,
      tableBytes: bytes("name = 'projects'"),
      indexBytes: bytes(
        "name IN (SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'projects')",
      ),
      searchBytes: bytes("name GLOB 'projects_search_*'"),
      wholeBytes: bytes('true'),
    }
  } finally {
    db.close()
  }
}
