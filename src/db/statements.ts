import {
  Column,
  type DriverValueDecoder,
  fillPlaceholders,
  is,
  type Placeholder,
  type Query,
  SQL,
  sql,
} from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import { type DrizzleD1Database, drizzle } from 'drizzle-orm/d1'
import type { SelectedFieldsOrdered } from 'drizzle-orm/sqlite-core'

/** Builds statements, which only `batch` sends: to await one by itself throws. */
export type Statements = Pick<DrizzleD1Database, 'select' | 'insert' | 'update' | 'delete' | 'all'>

export type Statement = BatchItem<'sqlite'>

/** What Drizzle makes of a statement: its words, its parameters, and how its rows are read. */
interface Prepared {
  getQuery(): Query
  mapResult(result: D1Result, isFromBatch: true): unknown
  /** The columns of its rows, if it has any. */
  fields?: SelectedFieldsOrdered
}

// All that Drizzle asks of its client while it builds a statement.
const client = {
  prepare: () => ({ bind: refuseToRun, all: refuseToRun, raw: refuseToRun, run: refuseToRun }),
}

/** Belongs to no request: what it builds reaches D1 through a request's `batch`. */
export const builder: Statements = drizzle(client as unknown as D1Database)

function refuseToRun(): never {
  throw new Error('Send statements through db.batch([...]).')
}

// What Drizzle's own batch calls, though its declarations do not have it.
export const prepare = (statement: Statement) => (statement as unknown as { _prepare(): Prepared })._prepare()

/** A placeholder for each of the values, which differ from one request to the next. */
export type Named<Values> = { readonly [Name in keyof Values]: Placeholder }

const named = new Proxy({}, { get: (_, name) => sql.placeholder(String(name)) })

/**
 * Statements whose SQL Drizzle builds once for an isolate and not for each request: to build it takes longer than all else
 * that Drizzle does. `build` writes a placeholder for each of the values, which are put in when the statements are sent. All
 * else that the SQL depends on is its `shape`. There must be few shapes, since the statements of each are kept.
 */
export function prepared<Values extends object, const T extends readonly Statement[], Shape = void>(
  build: (db: Statements, values: Named<Values>, shape: Shape) => T,
): (values: Values, shape: Shape) => T {
  const kept = new Map<string | undefined, { query: Query; read: (result: D1Result) => unknown }[]>()
  return (values, shape) => {
    const key = JSON.stringify(shape)
    let statements = kept.get(key)
    if (!statements) {
      statements = build(builder, named as Named<Values>, shape).map((statement) => {
        const prepared = prepare(statement)
        return { query: prepared.getQuery(), read: readerOf(prepared) }
      })
      kept.set(key, statements)
    }
    return statements.map(({ query: { sql, params }, read }) => ({
      _prepare: (): Prepared => ({
        getQuery: () => ({ sql, params: fillPlaceholders(params, values as Record<string, unknown>) }),
        mapResult: read,
      }),
    })) as unknown as T
  }
}

/** Reads rows as Drizzle does, but finds the decoder of a column once, not again for every value. */
function readerOf(prepared: Prepared): (result: D1Result) => unknown {
  const { fields } = prepared
  if (!fields || fields.some(({ path }) => path.length > 1))
    return (result) => prepared.mapResult(result, true)
  const columns = fields.map(({ path: [name = ''], field }) => ({ name, decoder: decoderOf(field) }))
  return ({ results }) =>
    results.map((row) => {
      const values = Object.values(row as Record<string, unknown>)
      const read: Record<string, unknown> = {}
      columns.forEach(({ name, decoder }, i) => {
        const value = values[i]
        read[name] = value === null ? null : decoder.mapFromDriverValue(value)
      })
      return read
    })
}

/** Drizzle keeps the decoder of an expression to itself. */
function decoderOf(field: SelectedFieldsOrdered[number]['field']): DriverValueDecoder<unknown, unknown> {
  if (is(field, Column)) return field
  const expression = is(field, SQL) ? field : (field as SQL.Aliased).sql
  return (expression as unknown as { decoder: DriverValueDecoder<unknown, unknown> }).decoder
}
