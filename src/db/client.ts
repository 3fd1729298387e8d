import { type SQL, sql } from 'drizzle-orm'
import type { BatchItem, BatchResponse } from 'drizzle-orm/batch'
import { type DrizzleD1Database, drizzle } from 'drizzle-orm/d1'
import { SQLiteSyncDialect } from 'drizzle-orm/sqlite-core'
import { unavailable } from '../http/errors.ts'
import { violatedConstraint } from './constraints.ts'

/** A condition that rides as first statement in every batch, and the failure to throw if it does not hold. */
export interface Guard {
  condition: SQL
  refusal: () => Error
}

/** Builds statements. They are sent by `batch` and only by it: a builder awaited on its own throws. */
type Statements = Pick<
  DrizzleD1Database,
  'select' | 'insert' | 'update' | 'delete' | 'all' | 'run' | '$with' | 'with'
>

export interface Database extends Statements {
  /**
   * Sends the statements in one round trip, as one transaction: all of them happen or none.
   * @throws the guard's refusal, the broken constraint as D1 reports it (see `onConstraint`), or `unavailable`
   */
  batch<Items extends BatchItem<'sqlite'>, T extends Readonly<[Items, ...Items[]]>>(
    statements: T,
  ): Promise<BatchResponse<T>>
  /** Asks D1 for nothing but an answer. Throws as `batch` does. */
  ping(): Promise<void>
  /** Whether anything was sent, and with it the guard. */
  isAsked(): boolean
}

const dialect = new SQLiteSyncDialect()

/** Holds one request's database. With a guard, nothing reaches D1 but behind it. */
export function openDatabase(d1: D1Database, guard?: Guard): Database {
  let isAsked = false
  const guarded = {
    prepare: (query: string) => new UnsentStatement(d1.prepare(query)),
    async batch(unsent: UnsentStatement[]) {
      const statements = unsent.map(({ statement }) => statement)
      isAsked = true
      try {
        if (!guard) return await d1.batch(statements)
        return (await d1.batch([guardStatement(d1, guard), ...statements])).slice(1)
      } catch (error) {
        throw namedFailure(error, guard)
      }
    },
  }
  // Drizzle calls nothing of D1Database but these two.
  const db = drizzle(guarded as unknown as D1Database)
  return Object.assign(db, {
    ping: async () => void (await guarded.batch([guarded.prepare('SELECT 1')])),
    isAsked: () => isAsked,
  }) as unknown as Database
}

/** A prepared statement that cannot be run by itself, so that no query can forget the guard. */
class UnsentStatement {
  readonly statement: D1PreparedStatement
  constructor(statement: D1PreparedStatement) {
    this.statement = statement
  }
  bind(...values: unknown[]) {
    return new UnsentStatement(this.statement.bind(...values))
  }
  all = refuseToRun
  raw = refuseToRun
  run = refuseToRun
  first = refuseToRun
}

function refuseToRun(): never {
  throw new Error('Send statements through db.batch([...]).')
}

/**
 * SQLite has no RAISE outside of triggers, but `json()` of a text that is not JSON raises an error, which makes D1
 * roll back the whole batch. One row read, none written, and no round trip of its own.
 */
function guardStatement(d1: D1Database, { condition }: Guard): D1PreparedStatement {
  const query = dialect.sqlToQuery(sql`SELECT iif(${condition}, 1, json('refused'))`)
  return d1.prepare(query.sql).bind(...query.params)
}

function namedFailure(error: unknown, guard: Guard | undefined): unknown {
  const message = error instanceof Error ? error.message : ''
  if (guard && message.includes('malformed JSON')) return guard.refusal()
  if (violatedConstraint(error)) return error
  // SQLITE_ERROR is a mistake in our SQL: trying again does not help.
  return message.includes('SQLITE_ERROR') ? error : unavailable(error)
}
