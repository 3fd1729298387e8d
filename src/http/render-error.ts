import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { internalError, invalidJson, Problem, problemBody, unauthenticated } from './errors.ts'

/** The one place that turns whatever was thrown into an answer. What has no name is a 500, and the log tells why. */
export function renderError(error: unknown, c: Context): Response {
  const problem = toProblem(error)
  c.set('logFields', {
    ...c.var.logFields,
    code: problem.code,
    ...(problem.status >= 500 && causeOf(problem)),
  })
  const headers: Record<string, string> = { ...problem.headers, 'Content-Type': 'application/problem+json' }
  if (problem.status === 401) headers['WWW-Authenticate'] = challenge(problem, c)
  return c.body(JSON.stringify(problemBody(problem, c.var.requestId)), problem.status, headers)
}

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  // Hono's own middleware knows two ways to refuse: jwt() and the JSON validator.
  if (error instanceof HTTPException && error.status === 401) return unauthenticated()
  if (error instanceof HTTPException && error.status === 400) return invalidJson()
  return internalError(error)
}

/** RFC 6750, section 3.1: an error code only if the request carried a token. */
function challenge(problem: Problem, c: Context): string {
  const isTokenAtFault =
    problem.code === 'unauthenticated' && /^Bearer +\S/i.test(c.req.header('Authorization') ?? '')
  return `Bearer realm="DevCollab"${isTokenAtFault ? ', error="invalid_token"' : ''}`
}

/**
 * What the log may know of a failure: kind, message and the function it came from. Never a stack, and never
 * the message of a Drizzle error, which quotes the statement and its parameters: its cause says what D1 said.
 */
function causeOf({ cause }: Problem): Record<string, unknown> {
  if (!(cause instanceof Error)) return {}
  let root = cause
  while (root.cause instanceof Error) root = root.cause
  const at = /\n\s+at (?:async )?([\w$.]+) \(/.exec(root.stack ?? '')?.[1]
  const isQuoting = root.name === 'DrizzleQueryError'
  return {
    error: root.name,
    ...(!isQuoting && { message: root.message.split('\n')[0]?.slice(0, 300) }),
    ...(at && { at }),
  }
}
