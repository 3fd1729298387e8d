import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { ok, problem, send } from './support/api.ts'
import { keyOf, shown } from './support/avatars.ts'
import { faulty } from './support/faults.ts'
import { login, register } from './support/world.ts'

const ORIGIN = 'http://localhost:3000'
let url: string
let etag: string
beforeAll(async () => {
  url = await shown(await register())
  etag = (await send(url)).headers.get('ETag') ?? ''
})

describe('GET /api/accounts/avatars/:key', () => {
  it('gives the bytes of a WebP with their type, which the bucket tells too, and length', async () => {
    const response = await send(url)
    expect(response.status).toBe(200)
    const bytes = new Uint8Array(await response.arrayBuffer())
    const object = await env.AVATARS.get(keyOf(url))
    expect(bytes).toEqual(new Uint8Array((await object?.arrayBuffer()) ?? new ArrayBuffer()))
    expect(response.headers.get('Content-Type')).toBe('image/webp')
    expect(object?.httpMetadata?.contentType).toBe('image/webp')
    expect(response.headers.get('Content-Length')).toBe(String(bytes.length))
  })

  it('may be kept for a year and never asked for again', async () => {
    const { headers } = await send(url)
    expect(headers.get('Cache-Control')).toBe('public, max-age=31536000, immutable')
    expect(headers.get('Vary') ?? '').not.toMatch(/authorization|cookie|\*/i)
  })

  it('lets nobody keep what an ended session is told, and gives it nothing of the picture', async () => {
    const { access, refresh } = await register()
    await ok(send('/api/accounts/logout', { body: { refresh } }), 204)
    const response = await send(url, { token: access, headers: { Origin: ORIGIN } })
    expect(response.headers.get('Cache-Control')).toBe('no-store')
    expect(response.headers.has('ETag') || response.headers.has('Content-Length')).toBe(false)
    // A 401 must be readable by a page of another origin.
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe(ORIGIN)
    await problem(response, 401, 'unauthenticated')
  })

  it('has a strong ETag and answers 304 to it, without a body and with its headers', async () => {
    expect(etag).toMatch(/^"[^"]+"$/)
    for (const sent of [etag, `W/${etag}`, `"another", ${etag}`, '*']) {
      const response = await send(url, { headers: { 'If-None-Match': sent, Origin: ORIGIN } })
      expect(response.status, sent).toBe(304)
      expect(await response.text()).toBe('')
      expect(response.headers.get('ETag')).toBe(etag)
      expect(response.headers.get('Cache-Control')).toBe('public, max-age=31536000, immutable')
      expect(response.headers.get('Access-Control-Allow-Origin')).toBe(ORIGIN)
    }
  })

  it.each(['"another"', 'W/"another"', '"a", "b"', 'unquoted', '"', '""', ',', '"""', 'W/', '"\\""', '"é"'])(
    'gives the picture to the ETag %s, which it has not',
    async (sent) => {
      const response = await send(url, { headers: { 'If-None-Match': sent } })
      expect(response.status).toBe(200)
      expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(0)
    },
  )

  it('gives the whole picture to conditions and ranges that it does not know', async () => {
    const whole = (await (await send(url)).arrayBuffer()).byteLength
    for (const headers of [
      { Range: 'bytes=0-3' },
      { Range: 'bytes=5-1' },
      { 'If-Match': '"another"' },
      { 'If-Modified-Since': 'Fri, 31 Dec 2100 00:00:00 GMT' },
      { 'If-Modified-Since': 'never' },
      { 'If-Unmodified-Since': 'Fri, 31 Dec 1999 00:00:00 GMT' },
    ] as Record<string, string>[]) {
      const response = await send(url, { headers })
      expect(response.status, JSON.stringify(headers)).toBe(200)
      expect((await response.arrayBuffer()).byteLength).toBe(whole)
    }
  })

  it('is never sniffed, and runs nothing even if it is opened as a page', async () => {
    for (const headers of [{}, { 'If-None-Match': etag }]) {
      const response = await send(url, { headers })
      expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff')
      const policy = response.headers.get('Content-Security-Policy') ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).toMatch(/(?:^|;)\s*sandbox\s*(?:;|$)/)
      expect(policy).not.toContain('unsafe')
    }
  })

  it('answers HEAD like GET, without the picture', async () => {
    const [get, head] = [await send(url), await send(url, { method: 'HEAD' })]
    expect(head.status).toBe(200)
    expect(await head.text()).toBe('')
    for (const name of ['Content-Type', 'Content-Length', 'ETag', 'Cache-Control']) {
      expect(head.headers.get(name), name).toBe(get.headers.get(name))
    }
    const known = await send(url, { method: 'HEAD', headers: { 'If-None-Match': etag } })
    expect(known.status).toBe(304)
  })

  it('lets an allowed origin draw it on a canvas, and caches tell origins apart', async () => {
    const response = await send(url, { headers: { Origin: ORIGIN } })
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe(ORIGIN)
    expect(response.headers.has('Cross-Origin-Resource-Policy')).toBe(false)
    for (const headers of [{}, { Origin: 'https://evil.example' }, { Origin: ORIGIN }]) {
      const other = await send(url, { headers })
      expect(other.headers.get('Vary')).toMatch(/\bOrigin\b/)
    }
  })

  it('takes a trailing slash, a query, and a token for what it is', async () => {
    const person = await register()
    await ok(send(`${url}/`))
    await ok(send(`${url}?v=1&__proto__=1`))
    await ok(send(url, { token: person.access }))
    const session = await login(person)
    await ok(send('/api/accounts/logout', { body: { refresh: session.refresh } }), 204)
    await problem(send(url, { token: session.access }), 401, 'unauthenticated')
    await problem(send(url, { token: 'x' }), 401, 'unauthenticated')
  })

  it.each([
    ['unknown', 'a'.repeat(48)],
    ['of one letter', 'a'],
    ['in capitals', 'KEY'],
    ['with an extension', 'key.webp'],
    ['cut short', 'key'.slice(0, 2)],
    ['NUL', '%00'],
    ['followed by NUL', 'key%00'],
    ['not UTF-8', '%ff'],
    ['a broken escape', '%zz'],
    ['a traversal', '..%2F..%2Fkey'],
    ['behind a slash', '%2Fkey'],
    ['a prototype key', '__proto__'],
    ['a wildcard', '*'],
    ['an emoji', '%F0%9F%A6%80'],
    ['SQL', "'%20OR%201=1"],
    ['of 2,000 letters', 'a'.repeat(2000)],
  ])('knows no key that is %s, and lets no cache remember so', async (_, template) => {
    const key = template
      .replace('key', keyOf(url))
      .replace('KEY', keyOf(url).toUpperCase().replaceAll(/\d/g, 'A'))
    const response = await send(`/api/accounts/avatars/${key}`)
    expect(response.headers.get('Cache-Control')).toBe('no-store')
    await problem(response, 404, 'not_found')
  })

  it('is 503 when R2 fails, and lets no cache remember so', async () => {
    const response = await send(url, { env: faulty({ n: 1, kind: 'there' }).env })
    expect(response.headers.get('Cache-Control')).toBe('no-store')
    await problem(response, 503, 'unavailable')
  })
})
