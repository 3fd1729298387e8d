import { type SQL, sql } from 'drizzle-orm'
import type { BatchResponse } from 'drizzle-orm/batch'
import { unavailable } from '../http/errors.ts'
import { violatedConstraint } from './constraints.ts'
import { builder, type Named, prepare, prepared, type Statement, type Statements } from './statements.ts'

/** A statement that rides first in every batch and fails it, and the failure to throw then. */
export interface Guard {
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
  /** Whether anything was sent, and with it the guard. */
  isAsked(): boolean
}

/** Holds one request's database. With a guard, nothing reaches D1 but behind it. */
export function openDatabase(d1: D1Database, guard?: Guard): Database {
  let isAsked = false
  async function batch(statements: readonly Statement[]) {
    const sent = (guard ? [guard.statement, ...statements] : statements).map(prepare)
    const unsent = sent.map((each) => {
      const { sql, params } = each.getQuery()
      return d1.prepare(sql).bind(...params)
    })
    isAsked = true
    const results = await d1.batch(unsent).catch((error) => {
      throw namedFailure(error, guard)
    })
    const rows = results.map((result, i) => sent[i]?.mapResult(result, true))
    return guard ? rows.slice(1) : rows
  }
  return Object.assign(Object.create(builder), {
    batch,
    ping: async () => void (await batch([builder.all(sql`SELECT 1`)])),
    isAsked: () => isAsked,
  })
}

/**
 * The statement of a guard. SQLite has no RAISE outside of triggers, but `json()` of a text that is not JSON raises an
 * error, which makes D1 roll back the whole batch. One row read, none written, and no round trip of its own.
 */
export function refuseUnless<Values extends object>(condition: (values: Named<Values>) => SQL) {
  const statements = prepared(
    (db, values: Named<Values>) =>
      [db.all(sql`SELECT iif(${condition(values)}, 1, json('refused'))`)] as const,
  )
  return (values: Values): Statement => statements(values)[0]
}

function namedFailure(error: unknown, guard: Guard | undefined): unknown {
  const message = error instanceof Error ? error.message : ''
  if (guard && message.includes('malformed JSON')) return guard.refusal()
  if (violatedConstraint(error)) return error
  // SQLITE_ERROR is a mistake in our SQL: trying again does not help.
  return message.includes('SQLITE_ERROR') ? error : unavailable(error)
}
