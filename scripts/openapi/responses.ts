import * as z from 'zod'
import { type Problem, problemBody } from '../../src/http/errors.ts'
import { described } from './schemas.ts'

const problemAnswer = z
  .object({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: 'The stable, machine-readable name of what went wrong.' }),
    detail: z.string(),
    requestId: z.string().meta({ description: 'Finds the line in the log.' }),
    errors: z
      .array(
        z.object({
          pointer: z
            .string()
            .meta({ description: 'A JSON pointer into the body, or ?name for a query parameter.' }),
          message: z.string(),
        }),
      )
      .optional()
      .meta({ description: 'The fields at fault: every one, at once, if the code is `validation_failed`.' }),
  })
  .meta({ id: 'Problem', description: 'What went wrong (RFC 9457).' })

/** Headers as the document has them. */
export type DocumentedHeaders = Record<
  string,
  { description: string; schema: { type: 'string' | 'integer' } }
>

export const headersOf = (headers: Record<string, string>): DocumentedHeaders =>
  Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [
      name,
      { description, schema: { type: name === 'Retry-After' ? 'integer' : 'string' } },
    ]),
  )

export const PROBLEM_TYPE = 'application/problem+json'

/** What goes along with a problem of that status, always. */
const PROBLEM_HEADERS: Record<string, Record<string, string>> = {
  401: { 'WWW-Authenticate': 'A `Bearer` challenge.' },
  429: {
    'RateLimit-Policy': 'The policies under which this request counts.',
    RateLimit: 'The policy whose quota is used up.',
    'Retry-After': 'When to try again, in seconds.',
  },
}

export interface ProblemResponse {
  description: string
  headers?: DocumentedHeaders
  content: Record<string, { schema?: unknown; examples?: Record<string, { value: unknown }> }>
}

/** Problems as responses, by status: each is an example of its code. */
export function problemResponses(problems: Problem[]): Record<string, ProblemResponse> {
  const byStatus = Map.groupBy(problems, ({ status }) => String(status))
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      {
        description: group
          .map(
            ({ code, message }) =>
              `\`${code}\`: ${code === 'validation_failed' ? 'Fields are at fault, which `errors` names.' : message}`,
          )
          .join(' '),
        ...(PROBLEM_HEADERS[status] && { headers: headersOf(PROBLEM_HEADERS[status]) }),
        content: {
          [PROBLEM_TYPE]: {
            schema: described(problemAnswer),
            examples: Object.fromEntries(
              group.map((problem) => [problem.code, { value: problemBody(problem, 'd9a1…') }]),
            ),
          },
        },
      },
    ]),
  )
}
