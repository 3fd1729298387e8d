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
}

export interface Caller {
  userId: number
  sessionId: string
}

/** Of somebody who is signed in. */
export type SignedIn = Visit & { caller: Caller }
