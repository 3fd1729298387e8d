import { describe, expect, it } from 'vitest'
import { app, PUBLIC_ROUTES } from '../src/app.ts'
import { ok, problem, send } from './support/api.ts'
import { PIXEL, shown } from './support/avatars.ts'
import { ENDPOINTS, methodAndPath, newWorld } from './support/endpoints.ts'
import { type Person, post, register } from './support/world.ts'

/** The app's own name for middleware, and for what answers every method. */
const isOfAllMethods = ({ method }: { method: string }) => method === 'ALL'
const ALL_ROUTES = [
  ...new Set(
    app.routes.filter((route) => !isOfAllMethods(route)).map(({ method, path }) => `${method} ${path}`),
  ),
]
const ROUTES = ALL_ROUTES.filter((route) => route.includes(' /api/'))
/** Of the API; the docs page beside it is no endpoint. */
const PUBLIC = [...PUBLIC_ROUTES].filter((route) => route.includes(' /api/'))
const PROTECTED = ROUTES.filter((route) => !PUBLIC_ROUTES.has(route))

const concrete = (route: string) => {
  const { method, path } = methodAndPath(route)
  return { method, path: path.replace(/:\w+/g, '1') }
}

async function endedSession(): Promise<Person> {
  const person = await register()
  await ok(send('/api/accounts/logout', { body: { refresh: person.refresh } }), 204)
  return person
}

describe('the table of public routes', () => {
  it('names these routes and no other', () => {
    expect([...PUBLIC_ROUTES].sort()).toEqual([
      'GET /',
      'GET /:file{[\\w-]+\\.(?:css|js)}',
      'GET /api/accounts/avatars/:key',
      'GET /api/accounts/users/:username',
      'GET /api/health',
      'GET /api/openapi.json',
      'GET /api/projects',
      'GET /api/projects/:id',
      'GET /api/projects/facets',
      'GET /docs',
      'POST /api/accounts/login',
      'POST /api/accounts/logout',
      'POST /api/accounts/refresh',
      'POST /api/accounts/register',
    ])
  })

  it.each(PUBLIC)('names a real route: %s', (route) => {
    expect(ROUTES).toContain(route)
  })
})

describe('the app', () => {
  it('has outside of /api, where no guard is, the docs page, its files and nothing else', () => {
    const others = ALL_ROUTES.filter((route) => !ROUTES.includes(route))
    expect(others).toEqual(['GET /', 'GET /docs', 'GET /:file{[\\w-]+\\.(?:css|js)}'])
  })

  it('answers every method nowhere: what is for all of them is middleware, of every path, and the guard', () => {
    const paths = app.routes.filter(isOfAllMethods).map(({ path }) => path)
    expect([...new Set(paths)]).toEqual(['/*', '/api/*'])
    expect(paths.filter((path) => path === '/api/*')).toHaveLength(1)
  })
})

describe('the table of endpoints that the tests walk', () => {
  it('holds every route of the app', () => {
    expect(ENDPOINTS.map(({ route }) => route).sort()).toEqual([...ROUTES].sort())
  })

  it('takes for public what the app takes for public', () => {
    expect(
      ENDPOINTS.filter(({ who }) => !who)
        .map(({ route }) => route)
        .sort(),
    ).toEqual(PUBLIC.sort())
  })
})

describe.each(PROTECTED)('%s', (route) => {
  const { method, path } = concrete(route)
  const hasBody = method !== 'GET'

  it('answers 401 without a token, whatever the body', async () => {
    const bodies = hasBody ? [undefined, {}, '{', 'x'.repeat(70_000)] : [undefined]
    for (const body of bodies) {
      const response = await send(path, { method, body })
      expect(response.headers.get('WWW-Authenticate')).toBe('Bearer realm="DevCollab"')
      await problem(response, 401, 'unauthenticated')
    }
  })

  it('refuses the token of an ended session on the very next request', async () => {
    const { access } = await endedSession()
    const response = await send(path, { method, token: access, ...(hasBody && { body: {} }) })
    expect(response.headers.get('WWW-Authenticate')).toContain('error="invalid_token"')
    await problem(response, 401, 'unauthenticated')
  })

  it.each([
    ['a trailing slash', `${path}/`],
    ['two trailing slashes', `${path}//`],
    ['two leading slashes', `/${path}`],
    ['doubled slashes', path.replaceAll('/', '//')],
    ['capitals', path.toUpperCase()],
    ['a capital first letter', path.replace('/api/', '/Api/')],
    ['a percent-encoded first letter', path.replace('/api/', '/%61pi/')],
    ['a percent-encoded last segment', path.replace(/[^/]+$/, percentEncoded)],
    ['a percent-encoded slash', path.replace('/api/', '/api%2F')],
    ['a dot segment', path.replace('/api/', '/api/projects/../')],
    ['a path parameter in matrix form', `${path};a=b`],
    ['an extension', `${path}.json`],
  ])('is not opened by %s', async (_, variation) => {
    const { status } = await send(variation, { method, ...(hasBody && { body: {} }) })
    expect([401, 404]).toContain(status)
  })

  it('is not opened by another method that claims to be this one', async () => {
    for (const header of ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override']) {
      await problem(
        send(`${path}?_method=${method}`, { method: 'PUT', body: {}, headers: { [header]: method } }),
        401,
        'unauthenticated',
      )
    }
  })
})

describe.each(PROTECTED.filter((route) => !route.startsWith('GET ')))('%s', (route) => {
  const { method, path } = concrete(route)

  it.each([
    ['no body', { body: undefined }],
    ['a body that is not JSON', { body: '{' }],
    ['a body of another type', { body: 'title=x', headers: { 'Content-Type': 'text/plain' } }],
    ['a body that is too large', { body: JSON.stringify('x'.repeat(70_000)) }],
    ['a body that breaks every schema', { body: '[null]' }],
    ['a picture', { body: PIXEL, headers: { 'Content-Type': 'image/gif' } }],
    ['what is called a picture', { body: '<svg/>', headers: { 'Content-Type': 'image/png' } }],
    ['a form', { body: '--x--', headers: { 'Content-Type': 'multipart/form-data; boundary=x' } }],
  ])('tells an ended session so and nothing else, with %s', async (_, options) => {
    const { access } = await endedSession()
    await problem(send(path, { method, token: access, ...options }), 401, 'unauthenticated')
  })
})

describe.each(PROTECTED.filter((route) => route.startsWith('GET ')))('%s', (route) => {
  it('is not opened by HEAD', async () => {
    const response = await send(concrete(route).path, { method: 'HEAD' })
    expect(response.status).toBe(401)
    expect(response.headers.get('WWW-Authenticate')).toBe('Bearer realm="DevCollab"')
  })
})

describe('an unknown path', () => {
  const UNKNOWN = [
    '/api',
    '/api/',
    '/api/nothing',
    '/api/accounts',
    '/api/accounts/nothing',
    '/api/projects/1/nothing',
  ]

  it.each(UNKNOWN)('is 401 without a token: %s', async (path) => {
    await problem(send(path), 401, 'unauthenticated')
  })

  it.each(UNKNOWN)('is 404 with one: %s', async (path) => {
    const { access } = await register()
    await problem(send(path, { token: access }), 404, 'not_found')
  })

  it('is 401 with the token of an ended session', async () => {
    const { access } = await endedSession()
    await problem(send('/api/nothing', { token: access }), 401, 'unauthenticated')
  })

  it('is 404 outside of /api, token or none', async () => {
    await problem(send('/nothing'), 404, 'not_found')
  })
})

describe('a public path', () => {
  it.each([
    ...PUBLIC.flatMap((route) =>
      ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND']
        .map((method) => ({
          method,
          path: concrete(route).path,
          name: `${method} ${methodAndPath(route).path}`,
        }))
        .filter(({ name }) => !ROUTES.includes(name)),
    ),
  ])('opens nothing to a method that it does not serve: $name', async ({ method, path }) => {
    await problem(send(path, { method }), 401, 'unauthenticated')
  })

  it('opens its HEAD along with its GET', async () => {
    const owner = await register()
    const [projectId, avatar] = [await post(owner), await shown(owner)]
    for (const path of [
      '/api/health',
      '/api/projects',
      '/api/projects/facets',
      `/api/projects/${projectId}`,
      avatar,
    ]) {
      const response = await send(path, { method: 'HEAD' })
      expect(response.status).toBe(200)
      expect(await response.text()).toBe('')
    }
  })

  it('takes a trailing slash', async () => {
    const { projectId, owner } = await newWorld()
    for (const path of [
      '/health',
      '/projects',
      '/projects/facets',
      `/projects/${projectId}`,
      `/accounts/users/${owner.username}`,
    ]) {
      await ok(send(`/api${path}/`))
    }
  })
})

function percentEncoded(segment: string): string {
  return [...segment].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join('')
}
