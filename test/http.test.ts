import { describe, expect, it } from 'vitest'
import { ok, problem, send } from './support/api.ts'
import { logged } from './support/logs.ts'
import { post, register } from './support/world.ts'

const preflight = (origin: string) =>
  send('/api/projects/1', {
    method: 'OPTIONS',
    headers: {
      Origin: origin,
      'Access-Control-Request-Method': 'PATCH',
      'Access-Control-Request-Headers': 'authorization,content-type,x-evil',
    },
  })

describe('CORS', () => {
  it.each(['http://localhost:3000', 'https://feature-1.devcollab.pages.dev'])(
    'lets %s in',
    async (origin) => {
      const answer = await preflight(origin)
      expect(answer.status).toBe(204)
      expect(answer.headers.get('Access-Control-Allow-Origin')).toBe(origin)
      expect(answer.headers.get('Access-Control-Allow-Methods')).toBe('GET,HEAD,POST,PUT,PATCH,DELETE')
      expect(answer.headers.get('Access-Control-Allow-Headers')).toMatch(/Authorization.*Content-Type/i)
      expect(answer.headers.get('Access-Control-Allow-Headers')).not.toContain('evil')
      expect(Number(answer.headers.get('Access-Control-Max-Age'))).toBeGreaterThan(0)
      expect(answer.headers.has('Access-Control-Allow-Credentials')).toBe(false)
    },
  )

  it.each([
    'https://evil.example',
    'http://localhost:3001',
    'http://localhost:3000.evil.example',
    'https://devcollab.pages.dev',
    'https://a.b.devcollab.pages.dev',
    'https://evil.example/.devcollab.pages.dev',
    'https://x-devcollab.pages.dev',
    'http://a.devcollab.pages.dev',
    'null',
  ])('keeps %s out', async (origin) => {
    expect((await preflight(origin)).headers.has('Access-Control-Allow-Origin')).toBe(false)
    const read = await send('/api/projects', { headers: { Origin: origin } })
    expect(read.headers.has('Access-Control-Allow-Origin')).toBe(false)
    expect(read.headers.get('Vary')).toContain('Origin')
  })

  it('takes an origin of the settings with a slash behind it, and whatever its case', async () => {
    const CORS_ORIGINS = 'https://Other.example, https://App.Example.com/'
    const headers = { Origin: 'https://app.example.com' }
    const answer = await send('/api/health', { headers, env: { CORS_ORIGINS } })
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('https://app.example.com')
  })

  it('lets it send every header that the API takes, and no other', async () => {
    const { headers } = await preflight('http://localhost:3000')
    expect(headers.get('Access-Control-Allow-Headers')?.split(',')).toEqual([
      'Authorization',
      'Content-Type',
      'Idempotency-Key',
      'If-None-Match',
      'X-D1-Bookmark',
      'X-Request-Id',
    ])
  })

  it('lets an allowed origin read errors and the headers it needs', async () => {
    const answer = await send('/api/accounts/me', { headers: { Origin: 'http://localhost:3000' } })
    expect(answer.status).toBe(401)
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('http://localhost:3000')
    expect(answer.headers.get('Access-Control-Expose-Headers')?.split(',')).toEqual([
      'ETag',
      'Link',
      'Location',
      'RateLimit',
      'RateLimit-Policy',
      'Retry-After',
      'X-D1-Bookmark',
      'X-Request-Id',
    ])
  })
})

describe('Every response', () => {
  it('is not stored, sniffed, framed or fetched without TLS', async () => {
    const { headers } = await send('/api/health')
    expect(headers.get('Cache-Control')).toBe('no-store')
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
    expect(headers.get('Content-Security-Policy')).toContain("frame-ancestors 'none'")
    expect(headers.get('X-Frame-Options')).toBe('DENY')
    expect(headers.get('Strict-Transport-Security')).toBe('max-age=63072000; includeSubDomains')
  })

  it('carries the request id of the client if it sent a plain one', async () => {
    expect(
      (await send('/api/health', { headers: { 'X-Request-Id': 'trace-1' } })).headers.get('X-Request-Id'),
    ).toBe('trace-1')
    const odd = await send('/api/health', { headers: { 'X-Request-Id': '{"a":"b"}' } })
    expect(odd.headers.get('X-Request-Id')).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('is a problem outside of /api too', async () => {
    await problem(send('/nothing/here'), 404, 'not_found')
  })
})

describe('A method that a path does not serve', () => {
  it('is told which it does, to whoever is signed in (RFC 9110, 15.5.6)', async () => {
    const owner = await register()
    const id = await post(owner)
    for (const [path, allowed] of [
      [`/api/projects/${id}`, 'GET, HEAD, PATCH, DELETE'],
      ['/api/accounts/me/', 'GET, HEAD, PATCH, DELETE'],
      ['/api/accounts/login', 'POST'],
    ] as const) {
      const answer = await send(path, { method: 'PUT', token: owner.access })
      expect(answer.headers.get('Allow')).toBe(allowed)
      await problem(answer, 405, 'method_not_allowed')
      await problem(send(path, { method: 'PUT' }), 401, 'unauthenticated')
    }
    await problem(send('/api/nowhere', { method: 'PUT', token: owner.access }), 404, 'not_found')
  })
})

describe('Link (RFC 8288)', () => {
  it('leads from page to page of a list with the same filters, and not past the last', async () => {
    const owner = await register()
    const ids = [await post(owner), await post(owner), await post(owner)]
    const seen = []
    let path: string | undefined = `/api/projects?owner=${owner.username}&limit=2`
    while (path) {
      const answer: Response = await send(path)
      path = /^<([^>]+)>; rel="next"$/.exec(answer.headers.get('Link') ?? '')?.[1]
      seen.push(...(await ok(answer)).items.map(({ id }: { id: number }) => id))
    }
    expect(seen).toEqual(ids.toReversed())
  })

  it('is sent for private lists too', async () => {
    const owner = await register()
    for (let i = 0; i < 2; i += 1) await post(owner)
    const answer = await send('/api/projects/mine?limit=1', { token: owner.access })
    expect(answer.headers.get('Link')).toMatch(
      /^<http:\/\/api\.test\/api\/projects\/mine\?limit=1&cursor=[^>]+>; rel="next"$/,
    )
  })
})

describe('A trailing slash', () => {
  it('is accepted on every path', async () => {
    const owner = await register()
    const id = await post(owner)
    for (const path of [
      '/api/health/',
      '/api/projects/',
      '/api/projects/facets/',
      `/api/projects/${id}/`,
      `/api/accounts/users/${owner.username}/`,
    ]) {
      await ok(send(path))
    }
    for (const path of [
      '/api/accounts/me/',
      '/api/projects/mine/',
      '/api/projects/dashboard/',
      `/api/projects/${id}/requests/`,
    ]) {
      await ok(send(path, { token: owner.access }))
      await problem(send(path), 401, 'unauthenticated')
    }
  })

  it('is not two', async () => {
    const { access } = await register()
    for (const path of ['/api/accounts/me//', '/api/projects//', '/api/projects/mine//']) {
      for (const method of ['GET', 'PUT']) {
        await problem(send(path, { method, token: access }), 404, 'not_found')
      }
    }
  })
})

describe('HEAD', () => {
  it('answers a public read like GET, without a body', async () => {
    const answer = await send('/api/projects', { method: 'HEAD' })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('ETag')).toBeTruthy()
    expect(await answer.text()).toBe('')
  })
})

describe('Revalidation', () => {
  const cached = [
    '/api/projects',
    '/api/projects/:id',
    '/api/accounts/users/:username',
    '/api/projects/mine',
    '/api/projects/dashboard',
    '/api/projects/facets',
    '/api/projects?q=project&sort=relevance',
  ]

  it.each(cached)('answers 304 on %s while nothing has changed', async (route) => {
    const owner = await register()
    const path = route.replace(':id', String(await post(owner))).replace(':username', owner.username)
    const first = await send(path, { token: owner.access })
    expect(first.headers.get('Cache-Control')).toBe('private, no-cache')
    expect(first.headers.get('Vary')).toBe('Authorization, Origin')
    const etag = first.headers.get('ETag') ?? ''
    // SHA-256, not Hono's SHA-1 (ASVS 11.4.1).
    expect(etag).toMatch(/^"[0-9a-f]{64}"$/)
    // As a proxy that compresses sends it back.
    const headers = { 'If-None-Match': `W/${etag}`, Origin: 'http://localhost:3000' }
    const second = await send(path, { token: owner.access, headers })
    expect(second.status).toBe(304)
    expect(second.headers.get('ETag')).toBe(etag)
    expect(second.headers.get('Vary')).toBe('Authorization, Origin')
    expect(second.headers.has('Content-Type')).toBe(false)
    expect(second.headers.get('Access-Control-Allow-Origin')).toBe('http://localhost:3000')
    await post(owner, { techStack: ['Go'] })
    await send('/api/accounts/me', { method: 'PATCH', token: owner.access, body: { displayName: 'New' } })
    expect((await send(path, { token: owner.access, headers })).status).toBe(200)
  })

  it('does not let an error be kept', async () => {
    const answer = await send('/api/projects/999999')
    expect(answer.headers.get('Cache-Control')).toBe('no-store')
    expect(answer.headers.has('ETag')).toBe(false)
  })
})

describe('Wrong settings', () => {
  it.each([
    ['a missing JWT_SECRET', { JWT_SECRET: undefined }, 'JWT_SECRET'],
    ['a short JWT_SECRET', { JWT_SECRET: 'short-secret' }, 'JWT_SECRET'],
    ['a CORS origin that is half the web', { CORS_ORIGINS: 'https://*.com' }, 'CORS_ORIGINS'],
    ['a CORS origin with a path', { CORS_ORIGINS: 'https://example.com/app' }, 'CORS_ORIGINS'],
    ['a lifetime that is no number', { ACCESS_TTL_SECONDS: 'soon' }, 'ACCESS_TTL_SECONDS'],
    ['a lifetime of nothing', { REFRESH_TTL_SECONDS: '0' }, 'REFRESH_TTL_SECONDS'],
    ['a lifetime in fractions', { SESSION_TTL_SECONDS: '1.5' }, 'SESSION_TTL_SECONDS'],
    ['a cheap bcrypt outside of tests', { BCRYPT_COST: '9', ENVIRONMENT: 'production' }, 'BCRYPT_COST'],
    ['a cheap bcrypt where nothing is said', { BCRYPT_COST: '9', ENVIRONMENT: undefined }, 'BCRYPT_COST'],
    ['a bcrypt that takes five seconds', { BCRYPT_COST: '16' }, 'BCRYPT_COST'],
  ])('stop every request: %s', async (_, env, name) => {
    await problem(send('/api/health', { env }), 500, 'internal_error')
    await problem(send('/api/accounts/me', { env }), 500, 'internal_error')
    expect(logged).toHaveLength(2)
    expect(logged[0]?.message).toContain(name)
    expect(JSON.stringify(logged)).not.toContain('short-secret')
  })
})
