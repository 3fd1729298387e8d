import { getTableColumns, isSQLWrapper, type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'

/** A whole row: for every column a value, or the SQL that makes it. SQLite gives an id of `NULL` the next number. */
type Row<Table extends SQLiteTable> = {
  [Name in keyof Table['$inferInsert']]-?: Table['$inferInsert'][Name] | SQLWrapper
}

/** A row's values in the order of its table, for `INSERT … SELECT`: an INSERT that happens on a condition. */
export function valuesOf<Table extends SQLiteTable>(table: Table, row: Row<Table>): SQL {
  const given: Record<string, unknown> = row
  const values = Object.entries(getTableColumns(table)).map(([name, column]) => {
    const value = given[name]
    return isSQLWrapper(value) ? value : sql.param(value, column)
  })
  return sql.join(values, sql`, `)
}
