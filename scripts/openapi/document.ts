import { generateSpecs } from 'hono-openapi'
import manifest from '../../package.json' with { type: 'json' }
import { app, PUBLIC_ROUTES } from '../../src/app.ts'
import {
  bodyTooLarge,
  type FieldError,
  incompleteBody,
  internalError,
  invalidCursor,
  invalidJson,
  methodNotAllowed,
  rateLimited,
  unauthenticated,
  unavailable,
  unsupportedMediaType,
  validationFailed,
} from '../../src/http/errors.ts'
import { MAX_JSON_BYTES } from '../../src/http/validate.ts'
import { LIMITERS } from '../../src/limits.ts'
import { ANSWER_EXAMPLES, BODY_EXAMPLES } from './examples.ts'
import {
  type DocumentedHeaders,
  headersOf,
  PROBLEM_TYPE,
  type ProblemResponse,
  problemResponses,
} from './responses.ts'
import { describedRoutes } from './routes.ts'

const INFO = {
  title: 'DevCollab',
  version: manifest.version,
  license: { name: 'MIT', identifier: 'MIT' },
  description:
    'Where developers with a project idea find people to build it with. Errors are `application/problem+json` with a stable `code`; a method that a path does not serve is a 405 `method_not_allowed` with `Allow`. A text is taken in NFC, its length counted in code points, and has at most 30 combining marks in a row; one that may not be empty has a visible character. Fields and parameters that are not named here are ignored; several values are the same parameter several times (`tech=Go&tech=Rust`). A public read takes a token if one is sent, and answers 401 to one that has expired: on `unauthenticated`, refresh and repeat; other codes of a 401 are about a password or a refresh token. An `ETag` is for `If-None-Match` alone: two changes at once are both made, and `If-Match` is not looked at. Every answer has `X-Request-Id`, and names the limits under which the request counts, if they are on, in `RateLimit-Policy`. A list whose page is not the last tells the next one by `nextCursor` and by `Link`. Where the database is replicated, answers have `X-D1-Bookmark`: send it back, so that reads follow your writes.',
}

const TAGS = [
  { name: 'Accounts', description: 'Signing up, in and out, and what is mine: profile, avatar, sessions.' },
  { name: 'Profiles', description: 'What everybody may see of a person.' },
  { name: 'Projects', description: 'Posting, browsing and searching, and my own.' },
  { name: 'Requests', description: 'Asking to join a project, deciding, and leaving.' },
  { name: 'Service', description: 'The service itself.' },
]

interface DocumentedOperation {
  operationId: string
  parameters?: { name?: string }[]
  requestBody?: { content: Record<string, { schema?: ObjectSchema; example?: unknown }> }
  responses: Record<string, DocumentedResponse>
  security?: unknown[]
}

interface ObjectSchema {
  properties?: Record<string, { enum?: string[] }>
  required?: string[]
}

interface DocumentedResponse {
  description: string
  headers?: DocumentedHeaders
  content?: ProblemResponse['content']
}

/** The OpenAPI 3.1 document of the app, as `public/openapi.json` has it. What is not public asks for a token. */
export async function openApiDocument(): Promise<string> {
  const document = await generateSpecs(describedRoutes(app), {
    documentation: {
      info: INFO,
      servers: [{ url: '/' }],
      tags: TAGS,
      components: {
        securitySchemes: { accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      },
    },
    excludeStaticFile: false,
    defaultValidationErrorResponse: false,
  })
  // A method that a path does not serve is no operation.
  const codes = new Set([methodNotAllowed([]).code])
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, found] of Object.entries(methods ?? {})) {
      const documented = found as DocumentedOperation
      const route = `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`
      complete(documented, PUBLIC_ROUTES.has(route), method === 'get')
      tellOfRevalidation(documented)
      for (const code of codesOf(documented)) codes.add(code)
      const json = documented.requestBody?.content['application/json']
      if (json) json.example = BODY_EXAMPLES[documented.operationId]
    }
  }
  Object.assign(document.components?.schemas?.Problem?.properties?.code ?? {}, { enum: [...codes].sort() })
  for (const [name, schema] of Object.entries(document.components?.schemas ?? {})) {
    if (name in ANSWER_EXAMPLES) Object.assign(schema, { examples: [ANSWER_EXAMPLES[name]] })
  }
  const text = JSON.stringify(document)
    .replaceAll('"#/$defs/', '"#/components/schemas/')
    .replaceAll(SCHEMA_DIALECT, '')
  return `${JSON.stringify(JSON.parse(text), null, 1)}\n`
}

/** What zod begins every schema with. An OpenAPI 3.1 document says so by its version. */
const SCHEMA_DIALECT = '"$schema":"https://json-schema.org/draft/2020-12/schema",'

const FAULT_OF_LIMIT: FieldError = { pointer: '?limit', message: 'must be a number from 1 to 100' }

/** What the API would say of the first field of a body. */
function faultOfBody({ requestBody }: DocumentedOperation): FieldError {
  const { properties = {}, required = [] } = requestBody?.content['application/json']?.schema ?? {}
  const [[name, { enum: choices }] = ['', {}]] = Object.entries(properties)
  const message = choices
    ? `must be one of ${choices.join(', ')}`
    : required.includes(name)
      ? 'is required'
      : 'must be of type string'
  return { pointer: `/${name}`, message }
}

/** Adds the problems that follow from what an operation takes and from whom. */
function complete(found: DocumentedOperation, isPublic: boolean, isRead: boolean): void {
  const names = (found.parameters ?? []).map(({ name }) => name)
  const takesJson = 'application/json' in (found.requestBody?.content ?? {})
  // A public read takes a token that is sent for what it is.
  found.security = isPublic ? (isRead ? [{}, { accessToken: [] }] : []) : [{ accessToken: [] }]
  const added = problemResponses([
    ...(isPublic && !isRead ? [] : [unauthenticated()]),
    ...(takesJson
      ? [invalidJson(), incompleteBody(), bodyTooLarge(MAX_JSON_BYTES), unsupportedMediaType()]
      : []),
    ...(takesJson ? [validationFailed([faultOfBody(found)])] : []),
    ...(names.includes('limit') ? [validationFailed([FAULT_OF_LIMIT])] : []),
    ...(names.includes('cursor') ? [invalidCursor()] : []),
    rateLimited(LIMITERS.READ_LIMIT),
    internalError(),
    unavailable(undefined),
  ])
  for (const [status, { description, headers, content }] of Object.entries(added)) {
    const before = found.responses[status]
    found.responses[status] = {
      description: [before?.description, description].filter(Boolean).join(' '),
      ...(headers && { headers }),
      content: {
        [PROBLEM_TYPE]: {
          schema: { $ref: '#/components/schemas/Problem' },
          examples: { ...before?.content?.[PROBLEM_TYPE]?.examples, ...content[PROBLEM_TYPE]?.examples },
        },
      },
    }
  }
}

/** The codes of all that can go wrong. */
const codesOf = ({ responses }: DocumentedOperation): string[] =>
  Object.values(responses).flatMap(({ content }) => Object.keys(content?.[PROBLEM_TYPE]?.examples ?? {}))

/** A read that may be kept, which is told by its `ETag`, has a second answer. */
function tellOfRevalidation({ responses }: DocumentedOperation): void {
  if (responses[200]?.headers?.ETag) {
    responses[304] = {
      description: 'Not modified: what the client has still holds.',
      headers: headersOf({ ETag: 'As it was.' }),
    }
  }
}
