import type { Operation, Visit } from './visits.ts'

export function log(level: 'info' | 'warn', fields: Record<string, unknown>): void {
  console[level](JSON.stringify({ level, ...fields }))
}

/** The one line that every request gets. */
export function logRequest(visit: Visit, status: number, durationMs: number): void {
  const { request, url, requestId, caller, code, operations } = visit
  log(status === 401 ? 'warn' : 'info', {
    event: 'request',
    method: request.method,
    route: url.pathname,
    status,
    durationMs,
    requestId,
    ...caller,
    ...(code !== undefined && { code }),
    ...operations,
  })
}

export function count({ operations }: Visit, operation: Operation, by = 1): void {
  if (by > 0) operations[operation] = (operations[operation] ?? 0) + by
}
