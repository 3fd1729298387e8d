import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { smoke } from '../scripts/smoke-checks.ts'
import { ORIGIN } from './support/api.ts'
import { Network } from './support/client.ts'
import { UNLIMITED } from './support/limits.ts'

const FRONTEND = 'http://localhost:3000'

let network: Network
beforeEach(() => {
  network = new Network()
  network.env = { ...UNLIMITED, RATE_LIMIT: 'on' }
  vi.stubGlobal('fetch', network.fetch)
  vi.spyOn(console, 'log').mockImplementation(() => {})
  return () => vi.unstubAllGlobals()
})

const users = () => env.DB.prepare('SELECT count(*) FROM users').first()

/** The answer with another header, or without it. */
const headed = (name: string, value?: string) => (answer: Response) => {
  const headers = new Headers(answer.headers)
  headers.delete(name)
  if (value !== undefined) headers.set(name, value)
  return new Response(answer.body, { status: answer.status, headers })
}
const answering = (status: number, body?: object) => () =>
  body ? Response.json(body, { status }) : new Response(null, { status })

describe('The smoke test', () => {
  it('passes what works, and leaves nobody behind', async () => {
    const before = await users()
    await smoke(ORIGIN, { origin: FRONTEND })
    expect(await users()).toEqual(before)
  })

  it.each<[string, route: string, (answer: Response) => Response, told: string]>([
    ...['X-Content-Type-Options', 'Content-Security-Policy', 'Cache-Control', 'X-Request-Id'].map(
      (name): [string, string, (answer: Response) => Response, string] => [
        `an answer without ${name}`,
        'GET /api/health',
        headed(name),
        name,
      ],
    ),
    [
      'a policy that is kept for a day',
      'GET /api/health',
      headed('Strict-Transport-Security', 'max-age=86400'),
      'Strict-Transport-Security for a year',
    ],
    ['a database that does not answer', 'GET /api/health', answering(503), '200 to GET /api/health'],
    ['another service', 'GET /api/health', answering(200, { status: 'fine' }), 'is the URL right'],
    ['a document without paths', 'GET /api/openapi.json', answering(200, { paths: {} }), 'with paths'],
    ['a docs page that is not there', 'GET /docs', answering(404), '200 to GET /docs'],
    ['a docs page without its policy', 'GET /docs.html', answering(200), '404 to GET /docs.html'],
    ['a document without its headers', 'GET /openapi.json', answering(200), '404 to GET /openapi.json'],
    ['a read that is open', 'GET /api/accounts/me', answering(200), '401 to GET /api/accounts/me'],
    ['a write that is open', 'POST /api/projects', answering(422), '401 to POST /api/projects'],
    ['a path that nobody guards', 'GET /api/not-a-path', answering(404), '401 to GET /api/not-a-path'],
    ['a refusal without a challenge', 'GET /api/not-a-path', headed('WWW-Authenticate'), 'WWW-Authenticate'],
    [
      'an API that any page may read',
      'OPTIONS /api/projects',
      headed('Access-Control-Allow-Origin', '*'),
      'no Access-Control-Allow-Origin',
    ],
    ['a frontend kept out', 'OPTIONS /api/projects', headed('Access-Control-Allow-Origin'), 'CORS_ORIGINS'],
    ['a project that nobody finds', 'GET /api/projects', answering(200, { items: [] }), 'in the list'],
    [
      'a refresh token that outlives its session',
      'POST /api/accounts/refresh',
      answering(200),
      '401 to POST /api/accounts/refresh',
    ],
  ])('finds out %s, and leaves nobody behind', async (_, route, tampered, told) => {
    const before = await users()
    network.every(route, async (deliver) => tampered(await deliver()))
    await expect(smoke(ORIGIN, { origin: FRONTEND })).rejects.toThrow(told)
    expect(await users()).toEqual(before)
  })

  it.each([
    ['POST /api/accounts/logout', '401 to GET /api/accounts/me'],
    ['DELETE /api/accounts/me', '404 to GET /api/accounts/users/smoke-'],
  ])('finds out what is said and not done: %s', async (route, told) => {
    network.every(route, async () => new Response(null, { status: 204 }))
    await expect(smoke(ORIGIN)).rejects.toThrow(told)
  })

  it('finds out a project that outlives its account', async () => {
    network.next('GET /api/projects', (deliver) => deliver())
    network.next('GET /api/projects', async () => Response.json({ items: [{ id: 1 }] }))
    await expect(smoke(ORIGIN)).rejects.toThrow('no project of a deleted account')
  })

  it('finds out that nothing is limited, but for a server on this machine', async () => {
    network.env = {}
    await expect(smoke(ORIGIN)).rejects.toThrow('Is RATE_LIMIT off?')
    await smoke(ORIGIN, { isLocal: true })
  })

  it('waits for a deployment that is not known yet, as long as its patience lasts', async () => {
    network.next('GET /api/health', async () => new Response('There is nothing here yet', { status: 404 }))
    await smoke(ORIGIN, { patienceMs: 10_000 })
    network.every('GET /api/health', () => Promise.reject(new TypeError('Failed to fetch')))
    await expect(smoke(ORIGIN)).rejects.toThrow('Nobody answers')
  })
})
