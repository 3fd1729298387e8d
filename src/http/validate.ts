import { zValidator } from '@hono/zod-validator'
import type { Context, ValidationTargets } from 'hono'
import * as z from 'zod'
import { mediaTypeOf, readBody } from './body.ts'
import { type FieldError, invalidJson, notFound, unsupportedMediaType, validationFailed } from './errors.ts'
import { notes } from './openapi.ts'

export const MAX_JSON_BYTES = 64 * 1024

/** Enough to mark a form; a body made to fail in ten thousand places does not get ten thousand lines back. */
const MAX_FIELD_ERRORS = 100

/**
 * Checks one part of the request against a schema and hands it to the handler as `c.req.valid(target)`.
 * @throws `validation_failed` naming every field at fault; for a body also `unsupported_media_type`,
 * `body_too_large`, `incomplete_body` and `invalid_json`; for a path parameter `not_found`, since no resource has such a name.
 */
export function validate<Schema extends z.ZodType, Target extends keyof ValidationTargets>(
  target: Target,
  schema: Schema,
) {
  const check = zValidator(target, schema, (result, c) => {
    if (result.success) return
    if (target === 'param') throw notFound('resource')
    const issues = result.error.issues.slice(0, MAX_FIELD_ERRORS)
    throw validationFailed(
      issues.map((issue) => (target === 'query' ? parameterError(issue, c) : fieldError(issue))),
    )
  })
  const checked =
    target === 'json' ? (((c, next) => assertJson(c).then(() => check(c, next))) as typeof check) : check
  // So the document tells what is really checked.
  notes.checks.set(checked, { target, schema })
  return checked
}

/**
 * Reads and checks the body, and gives Hono what was read to parse. Left alone, Hono would take a body of another media type
 * for {}, and put U+FFFD in place of bytes that are not UTF-8, by which two passwords could become the same.
 */
async function assertJson(c: Context): Promise<void> {
  if (mediaTypeOf(c.req.raw) !== 'application/json') throw unsupportedMediaType()
  const body = await readBody(c.req.raw, MAX_JSON_BYTES)
  try {
    new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(body)
  } catch {
    throw invalidJson()
  }
  c.req.raw = new Request(c.req.raw, { body })
}

/** Names the query parameter. One that is given twice is a list to Hono, hence of a wrong type. */
function parameterError({ code, path, message }: z.core.$ZodIssue, c: Context): FieldError {
  const name = String(path[0] ?? '')
  const isOfOneValue = path.length === 1 && (code === 'invalid_type' || code === 'invalid_value')
  const isRepeated = isOfOneValue && (c.req.queries(name) ?? []).length > 1
  return { pointer: `?${name}`, message: isRepeated ? 'must be given once' : message }
}

/** A JSON pointer (RFC 6901) into the body. */
function fieldError({ path, message }: z.core.$ZodIssue): FieldError {
  const escaped = path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`)
  return { pointer: escaped.join(''), message }
}

/** What zod would say of a wrong type, in words that follow the name of a field. */
z.config({
  customError: (issue) => {
    if (issue.code === 'invalid_type') {
      return issue.input === undefined ? 'is required' : `must be of type ${issue.expected}`
    }
    if (issue.code === 'invalid_value') return `must be one of ${issue.values.join(', ')}`
    return undefined
  },
})
