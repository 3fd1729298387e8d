import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { ORIGIN, problem, send } from './support/api.ts'
import { wrapped } from './support/bindings.ts'

/** Swagger UI sets styles inline, and no script: what anybody slips into the page cannot run. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

describe('The docs page', () => {
  it.each(['/', '/docs', '/docs/'])('is at %s, and loads nothing from elsewhere', async (path) => {
    const answer = await send(path)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('Content-Type')).toContain('text/html')
    expect(answer.headers.get('Content-Security-Policy')).toBe(POLICY)
    expect(answer.headers.get('X-Frame-Options')).toBe('DENY')
    expect(answer.headers.get('Cache-Control')).toBe('no-store')
    expect(answer.headers.has('ETag')).toBe(false)
    const page = await answer.text()
    expect(page).toContain('/swagger-ui-bundle.js')
    expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\//)
  })

  it('is sent whole to whoever has the file that it is made of', async () => {
    const tag = (await env.ASSETS.fetch(`${ORIGIN}/docs.html`)).headers.get('ETag') ?? ''
    expect((await send('/docs', { headers: { 'If-None-Match': tag } })).status).toBe(200)
  })

  it('is a 503 when the files do not answer', async () => {
    const ASSETS = wrapped(env.ASSETS, { fetch: () => Promise.reject(new Error('Network connection lost.')) })
    await problem(send('/docs', { env: { ASSETS } }), 503, 'unavailable')
  })

  it.each(['/docs/elsewhere', '/docs.html', '/docs.html/'])('is not at %s', async (path) => {
    await problem(send(path), 404, 'not_found')
  })
})

describe('A file that the docs page loads', () => {
  it.each([
    ['/docs.js', 'text/javascript; charset=utf-8'],
    ['/docs.css', 'text/css; charset=utf-8'],
  ])('is not to be kept, and has the headers of every answer: %s', async (path, type) => {
    const { status, headers } = await send(path)
    expect(status).toBe(200)
    expect(headers.get('Content-Type')).toBe(type)
    expect(headers.get('X-Request-Id')).toMatch(/^[\w-]{36}$/)
    const health = (await send('/api/health')).headers
    for (const name of [
      'Cache-Control',
      'Content-Security-Policy',
      'Strict-Transport-Security',
      'X-Content-Type-Options',
    ]) {
      expect(headers.get(name)).toBe(health.get(name))
    }
  })

  it('is a 404 where there is none, and a 503 when the files do not answer', async () => {
    await problem(send('/nothing.js'), 404, 'not_found')
    const ASSETS = wrapped(env.ASSETS, { fetch: () => Promise.reject(new Error('Network connection lost.')) })
    await problem(send('/docs.js', { env: { ASSETS } }), 503, 'unavailable')
    for (const status of [302, 500]) {
      const failing = wrapped(env.ASSETS, { fetch: async () => new Response('Oops', { status }) })
      await problem(send('/docs.js', { env: { ASSETS: failing } }), 503, 'unavailable')
    }
  })
})
