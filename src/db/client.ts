import { type SQL, sql } from 'drizzle-orm'
import type { BatchResponse } from 'drizzle-orm/batch'
import { unavailable } from '../http/errors.ts'
import type { Anchor } from './replicas.ts'
import { builder, type Named, prepare, prepared, type Statement, type Statements } from './statements.ts'

/** A statement that rides first in every batch and fails it, and the failure to throw then. */
interface Guard {
  statement: Statement
  refusal: () => Error
}

export interface Database extends Statements {
  /**
   * Sends the statements in one round trip, as one transaction: all of them happen or none.
   * @throws the guard's refusal, the broken constraint as D1 reports it (see `onConstraint`), or `unavailable`
   */
  batch<T extends readonly [Statement, ...Statement[]]>(statements: T): Promise<BatchResponse<T>>
  /** Asks D1 for nothing but an answer. Throws as `batch` does. */
  ping(): Promise<void>
  /** Whether anything was sent to D1, and so the guard was asked. */
  isAsked(): boolean
  /** The same database, but what is sent goes to the primary, not to a copy. */
  atPrimary(): Database
  /** How far the database had come when it was last asked; undefined if it is not replicated. */
  bookmark(): D1SessionBookmark | undefined
}

/**
 * Opens the database for one request. With a guard, a batch gives nothing and changes nothing unless the guard agrees. With
 * an anchor, reads may go to a copy of the database; the guard always asks the primary, at the same time.
 */
export function openDatabase(
  d1: D1Database,
  { guard, anchor }: { guard?: Guard; anchor?: Anchor | undefined } = {},
): Database {
  let isAsked = false
  let bookmark: D1SessionBookmark | undefined

  async function send(at: Anchor | undefined, statements: readonly Statement[]) {
    const session = at === undefined ? undefined : d1.withSession(at === 'primary' ? 'first-primary' : at)
    const asked = session ?? d1
    const built = statements.map(prepare)
    const bound = built.map((statement) => {
      const { sql, params } = statement.getQuery()
      return asked.prepare(sql).bind(...params)
    })
    const results = await asked.batch(bound).catch((error) => {
      throw namedFailure(error, guard)
    })
    bookmark = session?.getBookmark() ?? bookmark
    return results.map((result, i) => built[i]?.mapResult(result, true))
  }

  async function batchAt(at: Anchor | undefined, statements: readonly Statement[]) {
    isAsked = true
    if (!guard) return send(at, statements)
    if (at === undefined || at === 'primary')
      return (await send(at, [guard.statement, ...statements])).slice(1)
    const [verdict, answer] = await Promise.allSettled([
      send('primary', [guard.statement]),
      send(at, statements),
    ])
    if (verdict.status === 'rejected') throw verdict.reason
    if (answer.status === 'rejected') throw answer.reason
    return answer.value
  }

  const databaseAt = (at: Anchor | undefined): Database =>
    Object.assign(Object.create(builder), {
      batch: (statements: readonly Statement[]) => batchAt(at, statements),
      ping: async () => void (await batchAt(at, [builder.all(sql`SELECT 1`)])),
      isAsked: () => isAsked,
      atPrimary: () => databaseAt(at && 'primary'),
      bookmark: () => bookmark,
    })
  return databaseAt(anchor)
}

/**
 * The statement of a guard. SQLite has no RAISE outside of triggers, but `json()` of a text that is not JSON raises an
 * error, which makes D1 roll back the whole batch. One row read, none written, and no round trip of its own.
 */
export function refuseUnless<Values extends object>(condition: (values: Named<Values>) => SQL) {
  const statements = prepared((db, values: Named<Values>) => [
    db.all(sql`SELECT iif(${condition(values)}, 1, json('refused'))`),
  ])
  return (values: Values): Statement => statements(values)[0]
}

function namedFailure(error: unknown, guard: Guard | undefined): unknown {
  const message = error instanceof Error ? error.message : ''
  if (guard && message.includes('malformed JSON')) return guard.refusal()
  // Trying again does not help if a constraint is broken, which `onConstraint` may have a name for, or our SQL is wrong.
  return /constraint failed|SQLITE_(?:CONSTRAINT|ERROR)/.test(message) ? error : unavailable(error)
}
