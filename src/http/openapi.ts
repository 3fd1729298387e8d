import type { MiddlewareHandler, ValidationTargets } from 'hono'
import * as z from 'zod'
import type { Problem } from './errors.ts'

/** A moment in an answer: ISO 8601, in UTC with a Z. */
export const dateTime = z.iso.datetime()

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
  tag: string
  answer: Answer
  /** What can go wrong in this operation in particular: what follows from its body, query or protection is added. */
  problems?: Problem[]
  /** A body that no schema validates. */
  requestBody?: { description: string; mediaTypes: Record<string, z.ZodType> }
}

/** A part of the request, and the schema that it is checked against. */
export interface Check {
  target: keyof ValidationTargets
  schema: z.ZodType
}

/**
 * What the OpenAPI document says of each handler. The Worker only writes it. `npm run openapi` reads it and makes the
 * document, before a deploy, since that takes more CPU than a request may use.
 */
export const notes = {
  operations: new WeakMap<object, Operation>(),
  checks: new WeakMap<object, Check>(),
}

/** Describes a route for the document. It stands first on the route and does nothing else. */
export function operation(described: Operation): MiddlewareHandler {
  const handler: MiddlewareHandler = (_, next) => next()
  notes.operations.set(handler, described)
  return handler
}
