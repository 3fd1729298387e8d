import { env } from 'cloudflare:workers'
import { Validator } from '@cfworker/json-schema'
import { expect } from 'vitest'
import { app } from '../../src/app.ts'
import type { FieldError } from '../../src/http/errors.ts'

interface Schema {
  [keyword: string]: unknown
  properties?: Record<string, Schema>
  required?: string[]
}

interface DescribedResponse {
  description: string
  headers?: Record<string, unknown>
  content?: Record<
    string,
    { schema: Schema; examples?: Record<string, { value: { code: string; errors?: FieldError[] } }> }
  >
}

export interface DescribedOperation {
  operationId: string
  summary: string
  tags: string[]
  security: Record<string, string[]>[]
  parameters?: { in: string; name: string; description?: string; required?: boolean; schema: Schema }[]
  requestBody?: { required?: boolean; content: Record<string, { schema: Schema; example?: unknown }> }
  responses: Record<string, DescribedResponse>
}

export interface ApiDocument {
  openapi: string
  tags?: { name: string }[]
  paths: Record<string, Record<string, DescribedOperation>>
  components: { schemas: Record<string, Schema> }
}

let asked: Promise<ApiDocument> | undefined

/** The document that the app serves. */
export function apiDocument(): Promise<ApiDocument> {
  asked ??= Promise.resolve(app.request('/api/openapi.json', {}, env)).then((answer) => answer.json())
  return asked
}

/** The document's operations by their routes, written as `app.routes` writes them. */
export async function describedOperations(): Promise<Map<string, DescribedOperation>> {
  const { paths } = await apiDocument()
  return new Map(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]): [string, DescribedOperation] => [
        `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`,
        operation,
      ]),
    ),
  )
}

const PROBLEM_TYPE = 'application/problem+json'

interface ProblemBody {
  code: string
  status: number
}

/** What may be said where there is no operation to say it. */
const CODES_WITHOUT_ROUTE: Record<number, string> = {
  401: 'unauthenticated',
  404: 'not_found',
  405: 'method_not_allowed',
  429: 'rate_limited',
  500: 'internal_error',
  503: 'unavailable',
}

/** Headers that mean something for one answer, and nothing for others. `Link` is told of all lists, at the top. */
const TELLING_HEADERS = ['Allow', 'ETag', 'Location', 'Retry-After', 'WWW-Authenticate']

/** Expects an answer to be what the document says of it, and nothing more. Reads its body: give it a clone. */
export async function expectDescribed(method: string, url: string, answer: Response): Promise<void> {
  const { pathname } = new URL(url)
  if (method === 'OPTIONS' || !pathname.startsWith('/api')) return
  const [route, operation] = await operationAt(method === 'HEAD' ? 'GET' : method, pathname)
  const mediaType = answer.headers.get('Content-Type')?.split(';')[0]
  const it = `${route ?? `${method} ${pathname}`} ${answer.status}`
  if (!operation) {
    if (mediaType === PROBLEM_TYPE && method !== 'HEAD') {
      const body = await answer.json<ProblemBody>()
      await expectValid(it, { $ref: '#/components/schemas/Problem' }, body)
      expect(CODES_WITHOUT_ROUTE[answer.status], `${it} is ${body.code}`).toBe(body.code)
      expect(body.status, it).toBe(answer.status)
    }
    return
  }

  const described = operation.responses[answer.status]
  expect(described, `${it} is not in the document`).toBeDefined()
  for (const name of Object.keys(described?.headers ?? {})) {
    expect(answer.headers.has(name), `${it} lacks the header ${name}`).toBe(true)
  }
  for (const name of TELLING_HEADERS.filter((each) => answer.headers.has(each))) {
    expect(Object.keys(described?.headers ?? {}), `${it} is not said to have ${name}`).toContain(name)
  }
  if (method === 'HEAD' || !described?.content) return

  const content = described.content[mediaType ?? '']
  expect(content, `${it} is not said to be ${mediaType}`).toBeDefined()
  if (!content || !mediaType?.endsWith('json')) return
  const body = await answer.json<ProblemBody>()
  await expectValid(it, content.schema, body)
  if (mediaType === PROBLEM_TYPE) {
    expect(Object.keys(content.examples ?? {}), `${it} is not said to be ${body.code}`).toContain(body.code)
    expect(body.status, it).toBe(answer.status)
  }
}

/** The operation that answers, if one does: of two paths that match, the one with the longer literal start. */
async function operationAt(method: string, pathname: string) {
  const path = pathname.replace(/\/$/, '')
  const matches = [...(await describedOperations())].filter(([route]) =>
    new RegExp(`^${route.replace(/:\w+/g, '[^/]+')}$`).test(`${method} ${path}`),
  )
  const literal = (route: string) => route.indexOf(':') >>> 0
  return matches.sort(([a], [b]) => literal(b) - literal(a))[0] ?? []
}

const validators = new Map<string, Validator>()

/** Expects a value to be what a schema of the document says, with no field that it does not name. */
export async function expectValid(it: string, schema: Schema, body: unknown): Promise<void> {
  const key = JSON.stringify(schema)
  const { components } = await apiDocument()
  const validator =
    validators.get(key) ?? new Validator(closed({ ...schema, components }) as Schema, '2020-12', false)
  validators.set(key, validator)
  const { valid, errors } = validator.validate(body)
  const faults = errors.map(({ instanceLocation, error }) => `${instanceLocation} ${error}`)
  expect(valid, `${it} is not what the document says:\n${faults.join('\n')}`).toBe(true)
}

/** The same schema, with no room for fields that it does not name: what is sent must be described. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const entries = Object.entries(schema).map(([name, value]) => [name, closed(value)])
  const isObject = 'type' in schema && schema.type === 'object' && !('additionalProperties' in schema)
  return { ...Object.fromEntries(entries), ...(isObject && { additionalProperties: false }) }
}
