import type { MiddlewareHandler } from 'hono'
import { describeRoute, type resolver } from 'hono-openapi'
import * as z from 'zod'
import { type Problem, problemBody } from './errors.ts'

/**
 * A schema for the document: what hono-openapi's own resolver does for any library, without the weight of all of them.
 * A text that stands for something else (a number in a URL) says so in its meta: `documentedAs`.
 */
export function described(schema: z.ZodType, io: 'input' | 'output' = 'output'): ReturnType<typeof resolver> {
  const toJSONSchema = () =>
    z.toJSONSchema(schema, {
      io,
      unrepresentable: 'any',
      override: ({ jsonSchema }) => {
        // Fields may be added, so no answer forbids them; bounds and patterns that say nothing new are noise.
        delete jsonSchema.additionalProperties
        if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
        if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
        if (jsonSchema.format === 'date-time') delete jsonSchema.pattern
        const { documentedAs, ...rest } = jsonSchema
        if (!documentedAs) return
        for (const key of Object.keys(rest)) if (key !== 'default') delete jsonSchema[key]
        delete jsonSchema.documentedAs
        Object.assign(jsonSchema, documentedAs)
      },
    }) as ReturnType<ReturnType<typeof resolver>['toJSONSchema']>
  return {
    vendor: 'zod',
    validate: (value) => schema['~standard'].validate(value),
    toJSONSchema,
    toOpenAPISchema: async () => ({ schema: toJSONSchema(), components: undefined }) as never,
  }
}

/** A moment as every answer tells it. */
export const moment = z.iso.datetime().meta({ examples: ['2026-11-24T21:46:55.000Z'] })

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
      .meta({ description: 'Every field at fault, at once.' }),
  })
  .meta({ id: 'Problem', description: 'What went wrong (RFC 9457).' })

/** The envelope of a list. */
export const listOf = <Item extends z.ZodType>(item: Item) =>
  z.object({
    items: z.array(item),
    nextCursor: z.string().nullable().meta({ description: 'Give it as cursor to get the next page.' }),
  })

/** What a success looks like: JSON of a schema, another media type, or nothing. */
export interface Answer {
  status: 200 | 201 | 204
  description: string
  schema?: z.ZodType
  mediaType?: string
  headers?: Record<string, string>
}

export interface Operation {
  operationId: string
  summary: string
  description?: string
  tag: 'Accounts' | 'Profiles' | 'Projects' | 'Requests' | 'Service'
  answer: Answer
  /** What can go wrong in this operation in particular: what follows from its body, query or protection is added. */
  problems?: Problem[]
  /** A body that no schema validates. */
  requestBody?: { description: string; mediaTypes: Record<string, z.ZodType> }
}

/** Describes a route for the document. It stands first on the route and does nothing else. */
export function operation({
  tag,
  answer,
  problems = [],
  requestBody,
  ...rest
}: Operation): MiddlewareHandler {
  const { status, description, schema, mediaType, headers = {} } = answer
  const content = schema
    ? { content: { 'application/json': { schema: described(schema) } } }
    : mediaType
      ? { content: { [mediaType]: { schema: { type: 'string' as const, format: 'binary' } } } }
      : {}
  return describeRoute({
    ...rest,
    tags: [tag],
    ...(requestBody && {
      requestBody: {
        required: true,
        description: requestBody.description,
        content: Object.fromEntries(
          Object.entries(requestBody.mediaTypes).map(([type, body]) => [type, { schema: described(body) }]),
        ),
      },
    }),
    responses: {
      [status]: {
        description,
        headers: headersOf(headers),
        ...content,
      },
      ...problemResponses(problems),
    },
  })
}

/** Headers as the document has them. */
export type DocumentedHeaders = Record<string, { description: string; schema: { type: 'string' } }>

export const headersOf = (headers: Record<string, string>): DocumentedHeaders =>
  Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
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
          .map(({ code, message }) => `\`${code}\`: ${message || 'Fields are at fault.'}`)
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
