import { fillPlaceholders, type Placeholder, type Query, sql } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import { type DrizzleD1Database, drizzle } from 'drizzle-orm/d1'

/** Builds statements. They are sent by `batch` and only by it: a builder awaited on its own throws. */
export type Statements = Pick<
  DrizzleD1Database,
  'select' | 'insert' | 'update' | 'delete' | 'all' | 'run' | '$with' | 'with'
>

export type Statement = BatchItem<'sqlite'>

/** What Drizzle makes of a statement: its words, its parameters, and how its rows are read. */
interface Prepared {
  getQuery(): Query
  mapResult(result: D1Result, isFromBatch: true): unknown
}

// Drizzle asks its client for nothing else while a statement is built.
const client = {
  prepare: () => ({ bind: refuseToRun, all: refuseToRun, raw: refuseToRun, run: refuseToRun }),
}

/** Belongs to no request: what it builds reaches D1 through a request's `batch`. */
export const builder: Statements = drizzle(client as unknown as D1Database)

function refuseToRun(): never {
  throw new Error('Send statements through db.batch([...]).')
}

// Not in Drizzle's declarations, and what its own batch calls.
export const prepare = (statement: Statement) => (statement as unknown as { _prepare(): Prepared })._prepare()

/** Stands for values that differ from one request to the next, each by its name. */
export type Named<Values> = { readonly [Name in keyof Values]: Placeholder }

const named = new Proxy({}, { get: (_, name) => sql.placeholder(String(name)) })

/**
 * Statements that Drizzle puts into words once for an isolate and not for each request, which takes longer than all
 * else that it does. What they ask is told by `values`; where their words differ, by `shape`, which must be one of few.
 */
export function prepared<Values extends object, const T extends readonly Statement[], Shape = void>(
  build: (db: Statements, values: Named<Values>, shape: Shape) => T,
): (values: Values, shape: Shape) => T {
  const kept = new Map<string | undefined, { prepared: Prepared; query: Query }[]>()
  return (values, shape) => {
    const key = JSON.stringify(shape)
    let statements = kept.get(key)
    if (!statements) {
      statements = build(builder, named as Named<Values>, shape).map((statement) => {
        const prepared = prepare(statement)
        return { prepared, query: prepared.getQuery() }
      })
      kept.set(key, statements)
    }
    return statements.map(({ prepared, query: { sql, params } }) => ({
      _prepare: (): Prepared => ({
        getQuery: () => ({ sql, params: fillPlaceholders(params, values as Record<string, unknown>) }),
        mapResult: (result) => prepared.mapResult(result, true),
      }),
    })) as unknown as T
  }
}
