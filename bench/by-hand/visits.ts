import type { Bindings } from '../../src/env.ts'

/** A request with what it takes to answer it. */
export interface Visit {
  request: Request
  url: URL
  query: URLSearchParams
  db: D1Database
  env: Bindings
  context: ExecutionContext
  /** What tokens and cursors are signed with. */
  secret: string
  requestId: string
  caller?: Caller
  /** What was asked of the stores so far, for the log. */
  operations: Partial<Record<Operation, number>>
  /** Of the problem that is answered. */
  code?: string
}

export type Operation =
  | 'd1Trips'
  | 'd1RowsRead'
  | 'd1RowsWritten'
  | 'd1Ms'
  | 'kvReads'
  | 'kvWrites'
  | 'objectCalls'

export interface Caller {
  userId: number
  sessionId: string
}

/** Of somebody who is signed in. */
export type SignedIn = Visit & { caller: Caller }
