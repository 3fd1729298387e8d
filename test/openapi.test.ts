import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import readme from '../README.md?raw'
import { openApiDocument } from '../scripts/openapi/document.ts'
import { app, PUBLIC_ROUTES } from '../src/app.ts'
import { ok, problem, send } from './support/api.ts'
import { wrapped } from './support/bindings.ts'
import { type ApiDocument, apiDocument, describedOperations, expectDescribed } from './support/openapi.ts'

/** What the contract names, by status. */
const CODES: Record<string, string[]> = {
  400: ['invalid_json', 'incomplete_body', 'invalid_cursor', 'invalid_idempotency_key'],
  401: ['unauthenticated', 'invalid_credentials', 'token_revoked'],
  403: ['forbidden'],
  404: ['not_found'],
  409: [
    'email_taken',
    'username_taken',
    'own_project',
    'request_exists',
    'request_decided',
    'project_closed',
    'project_full',
  ],
  413: ['body_too_large'],
  415: ['unsupported_media_type'],
  422: ['validation_failed', 'invalid_image', 'idempotency_key_reused'],
  429: ['rate_limited'],
  500: ['internal_error'],
  503: ['unavailable'],
}

const ROUTES = new Set(
  app.routes
    .filter(({ method, path }) => method !== 'ALL' && path.startsWith('/api'))
    .map(({ method, path }) => `${method} ${path}`),
)

/** The routes in the README's table. */
const listed = (who = '[a-z]+') =>
  [...readme.matchAll(new RegExp(`^\\| \`([A-Z]+ /api/\\S+)\` \\| ${who} \\|`, 'gm'))]
    .map(([, route]) => route)
    .sort()

const operations = await describedOperations()
const OPERATIONS = [...operations]

describe('The document', () => {
  it('is served to everybody, as OpenAPI 3.1', async () => {
    const served: ApiDocument = await ok(send('/api/openapi.json'))
    expect(served.openapi).toMatch(/^3\.1\.\d$/)
    expect(served).toEqual(await apiDocument())
  })

  it('is what the routes say', async () => {
    const served = await send('/api/openapi.json')
    expect(served.headers.get('Content-Type')).toBe('application/json')
    expect(await served.text(), 'Run `npm run openapi`').toBe(await openApiDocument())
  })

  it('is a 503 when the files do not answer, or it is not among them', async () => {
    for (const fetch of [
      () => Promise.reject(new Error('Network connection lost.')),
      async () => new Response(null, { status: 404 }),
    ]) {
      const ASSETS = wrapped(env.ASSETS, { fetch })
      await problem(send('/api/openapi.json', { env: { ASSETS } }), 503, 'unavailable')
    }
  })

  it('describes every route, and nothing else', () => {
    expect([...operations.keys()].sort()).toEqual([...ROUTES].sort())
  })

  it('describes what the table of the README lists, and nothing else', () => {
    expect([...operations.keys()].sort()).toEqual(listed())
  })

  it('gives public routes the same rights as the README does', () => {
    const open = OPERATIONS.filter(([, { security }]) => !security.some((way) => 'accessToken' in way))
    const readable = OPERATIONS.filter(([, { security }]) => security.some((way) => !('accessToken' in way)))
    expect([...open, ...readable].map(([route]) => route).sort()).toEqual(listed('public'))
  })

  it('forbids no answer a field, for fields may be added', async () => {
    expect(JSON.stringify(await apiDocument())).not.toContain('"additionalProperties":false')
  })

  it('names every operation once', () => {
    const names = OPERATIONS.map(([, { operationId }]) => operationId)
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^[a-z][A-Za-z]+$/)
  })

  it('has every problem of the contract somewhere', () => {
    const codes = OPERATIONS.flatMap(([, { responses }]) =>
      Object.values(responses).flatMap(({ content }) =>
        Object.keys(content?.['application/problem+json']?.examples ?? {}),
      ),
    )
    expect([...new Set(codes)].sort()).toEqual(Object.values(CODES).flat().sort())
  })
})

describe.each(OPERATIONS)('%s', (route, operation) => {
  it('has a summary and one tag', () => {
    expect(operation.summary).toBeTruthy()
    expect(operation.tags).toHaveLength(1)
  })

  it('says who may', () => {
    const isRead = route.startsWith('GET ')
    const anybody = isRead ? [{}, { accessToken: [] }] : []
    expect(operation.security).toEqual(PUBLIC_ROUTES.has(route) ? anybody : [{ accessToken: [] }])
    expect('401' in operation.responses || PUBLIC_ROUTES.has(route)).toBe(true)
  })

  it('takes the parameters of its path', () => {
    const inPath = operation.parameters?.filter((parameter) => parameter.in === 'path') ?? []
    const names = [...route.matchAll(/:(\w+)/g)].map(([, name]) => name)
    expect(inPath.map(({ name }) => name)).toEqual(names)
  })

  it('says what each parameter is for', () => {
    for (const { name, description } of operation.parameters ?? []) {
      expect(description, name).toMatch(/^[A-Z`].+\.$/)
    }
  })

  it('asks for nothing that has a default, and for a body where it takes one', () => {
    const { parameters = [], requestBody } = operation
    for (const { name, schema, required } of parameters) {
      expect(required === true && 'default' in schema, name).toBe(false)
    }
    if (!requestBody) return
    expect(requestBody.required).toBe(true)
    const { properties = {}, required = [] } = requestBody.content['application/json']?.schema ?? {}
    const withDefault = Object.entries(properties).filter(([, schema]) => 'default' in schema)
    expect(withDefault.filter(([name]) => required.includes(name))).toEqual([])
  })

  it('says what a success looks like', () => {
    const successes = Object.entries(operation.responses).filter(([status]) => status.startsWith('2'))
    expect(successes).toHaveLength(1)
    const [[status, { content = {} }] = ['', { content: {} }]] = successes
    if (status === '204') expect(content).toEqual({})
    else expect(Object.keys(content)).toEqual([expect.stringMatching(/^(application\/json|image\/webp)$/)])
    for (const { schema } of Object.values(content)) expect(schema).toEqual(expect.any(Object))
  })

  it('says what can go wrong, with codes of the contract', () => {
    const failures = Object.entries(operation.responses).filter(([status]) => Number(status) >= 400)
    for (const [status, { content }] of failures) {
      expect(Object.keys(content ?? {})).toEqual(['application/problem+json'])
      const { schema, examples = {} } = content?.['application/problem+json'] ?? {}
      expect(schema).toEqual({ $ref: '#/components/schemas/Problem' })
      expect(Object.keys(examples)).not.toEqual([])
      for (const [code, { value }] of Object.entries(examples)) {
        expect(CODES[status]).toContain(code)
        expect(value).toMatchObject({ status: Number(status), code })
      }
    }
    expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['429', '500', '503']))
    expect(Object.keys(operation.responses[429]?.headers ?? {})).toEqual([
      'RateLimit-Policy',
      'RateLimit',
      'Retry-After',
    ])
  })
})

describe('An answer that is not what the document says', () => {
  const project = {
    id: 1,
    title: 'A project',
    description: '',
    techStack: [],
    rolesNeeded: [],
    status: 'planning',
    isOpen: true,
    owner: { username: 'ada', displayName: '', avatarUrl: null },
    collaboratorCount: 0,
    createdAt: '2026-11-24T21:46:55.000Z',
    updatedAt: '2026-11-24T21:46:55.000Z',
    collaborators: [],
  }
  const judge = (body: unknown, init: ResponseInit = {}) =>
    expectDescribed(
      'GET',
      'http://api.test/api/projects/1',
      Response.json(body, { ...init, headers: { ETag: '"1"', ...init.headers } }),
    )

  it('is told from one that is', async () => {
    await judge(project)
  })

  it.each<[string, unknown, ResponseInit?]>([
    ['a status that it does not name', project, { status: 202 }],
    ['another media type', project, { headers: { 'Content-Type': 'text/html' } }],
    ['a field of another type', { ...project, id: '1' }],
    ['a field of another type, deep inside', { ...project, owner: { ...project.owner, avatarUrl: 1 } }],
    ['a word that is no choice', { ...project, status: 'dreaming' }],
    ['a time that is none', { ...project, createdAt: 'yesterday' }],
    ['a field too few', { ...project, title: undefined }],
    ['a field too many', { ...project, owner: { ...project.owner, email: 'ada@example.com' } }],
  ])('is found out: %s', async (_, body, init) => {
    await expect(judge(body, init)).rejects.toThrow()
  })

  const lost = (status: number, code: string, said = status) =>
    Response.json(
      { type: 'about:blank', title: 'Lost', status: said, code, detail: 'It is lost.', requestId: '1' },
      { status, headers: { 'Content-Type': 'application/problem+json' } },
    )

  it.each<[string, method: string, path: string, () => Response]>([
    ['a header too few', 'GET', '/projects/1', () => Response.json(project)],
    ['a status that it does not name, to HEAD', 'HEAD', '/health', () => new Response(null, { status: 202 })],
    ['a problem that it does not have', 'GET', '/projects/1', () => lost(404, 'lost')],
    ['a problem of another status', 'GET', '/projects/1', () => lost(404, 'not_found', 410)],
    ['a problem that no path has', 'GET', '/nowhere', () => lost(404, 'lost')],
    ['a problem of another status, of no path', 'GET', '/nowhere', () => lost(404, 'not_found', 410)],
    ...['Allow', 'ETag', 'Location', 'Retry-After', 'WWW-Authenticate'].map(
      (name): [string, string, string, () => Response] => [
        `a header that it does not name: ${name}`,
        'GET',
        '/health',
        () => Response.json({ status: 'ok' }, { headers: { [name]: '1' } }),
      ],
    ),
  ])('is found out: %s', async (_, method, path, answer) => {
    await expect(expectDescribed(method, `http://api.test/api${path}`, answer())).rejects.toThrow()
  })

  it('is found out whenever a test asks, and so is a secret', async () => {
    const answering = (body: string) => ({
      env: { ASSETS: wrapped(env.ASSETS, { fetch: async () => new Response(body) }) },
    })
    await expect(send('/api/openapi.json', answering('{}'))).rejects.toThrow('not what the document says')
    for (const secret of [`$2b$10$${'x'.repeat(53)}`, 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln']) {
      await ok(send('/docs', answering('"harmless"')))
      await expect(send('/docs', answering(secret))).rejects.toThrow('not to match')
    }
  })
})
