import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { challenge, internalError, invalidJson, Problem, problemBody, unauthenticated } from './errors.ts'
import { causeOf } from './log.ts'
import { addLogFields } from './request-log.ts'

/** The one place that turns whatever was thrown into an answer. What is no `Problem` is a 500, and the log tells why. */
export function renderError(error: unknown, c: Context): Response {
  const problem = toProblem(error)
  addLogFields(c, { code: problem.code, ...(problem.status >= 500 && causeOf(problem.cause)) })
  const headers: Record<string, string> = { ...problem.headers, 'Content-Type': 'application/problem+json' }
  if (problem.status === 401) {
    headers['WWW-Authenticate'] ??= challenge(isTokenAtFault(problem, c) ? 'invalid_token' : undefined)
  }
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
const isTokenAtFault = (problem: Problem, c: Context) =>
  problem.code === 'unauthenticated' && /^Bearer +\S/i.test(c.req.header('Authorization') ?? '')
