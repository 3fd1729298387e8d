import type { Context, Env, MiddlewareHandler } from 'hono'
import type { RequestIdVariables } from 'hono/request-id'
import { answeringRoute } from './answering-route.ts'
import { log } from './log.ts'

/** What the line of a request needs of it. */
export interface Logged extends RequestIdVariables {
  /** What a line says of the request: its id, who sent it, how it failed. */
  logFields: Record<string, unknown>
  /** What the request set off and its answer did not wait for. */
  afterwards: Promise<unknown>[]
}

/** Logged as warnings: not allowed, or not this often. */
const REFUSALS = new Set([401, 403, 429])

/**
 * Writes one line for each request: `fieldsOf` it, and when, with what answer, in how many milliseconds. It is written
 * when all that the request set off is done, and knows what that asked of the stores.
 */
export function logRequests<E extends Env & { Variables: Logged }>(
  fieldsOf: (c: Context<E>) => Record<string, unknown>,
): MiddlewareHandler<E> {
  return async (c, next) => {
    const startedAt = Date.now()
    const pending: Promise<unknown>[] = []
    c.set('logFields', { requestId: c.get('requestId') })
    c.set('afterwards', pending)
    await next()
    const line = {
      event: 'request',
      method: c.req.method,
      route: answeringRoute(c)?.path,
      status: c.res.status,
      durationMs: Date.now() - startedAt,
    }
    const write = () => log(levelOf(line.status), { ...line, ...c.get('logFields'), ...fieldsOf(c) })
    if (pending.length === 0) write()
    else c.executionCtx.waitUntil(Promise.allSettled(pending).then(write))
  }
}

/** Adds fields to the line of the request. Of two values for a field, the later one stays. */
export function addLogFields<E extends Env & { Variables: Logged }>(
  c: Context<E>,
  fields: Record<string, unknown>,
): void {
  c.set('logFields', { ...c.get('logFields'), ...fields })
}

/** Lets work go on after the answer. The platform waits for it, and so does the line of the request. */
export function afterwards<E extends Env & { Variables: Logged }>(
  c: Context<E>,
  work: Promise<unknown>,
): void {
  c.get('afterwards').push(work)
  c.executionCtx.waitUntil(work)
}

const levelOf = (status: number) => (status >= 500 ? 'error' : REFUSALS.has(status) ? 'warn' : 'info')
