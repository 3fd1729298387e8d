import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { ok, problem, type Send, send } from './support/api.ts'
import { PIXEL } from './support/avatars.ts'
import { brokenD1, wrapped } from './support/bindings.ts'
import { refusing } from './support/limits.ts'
import { expectFitLog, logged } from './support/logs.ts'
import { PASSWORD } from './support/secrets.ts'
import { claimsOf, post, register } from './support/world.ts'

/** The lines of a request that tell of the request itself. */
async function linesOf(path: string, options: Send = {}) {
  logged.length = 0
  const answer = await send(path, options)
  const lines = logged.filter(({ event }) => event === 'request')
  // There if the statements took as long as a millisecond.
  return { answer, lines: lines.map(({ d1Ms, ...line }) => line) }
}

describe('The line of a request', () => {
  it('is one, and tells id, route, status, duration, user and what D1 did', async () => {
    const person = await register()
    const id = await post(person)
    const { answer, lines } = await linesOf(`/api/projects/${id}`, { token: person.access })
    expect(lines).toEqual([
      {
        level: 'info',
        event: 'request',
        requestId: answer.headers.get('X-Request-Id'),
        method: 'GET',
        route: '/api/projects/:id',
        status: 200,
        durationMs: expect.any(Number),
        userId: person.id,
        sessionId: claimsOf(person.access).sid,
        d1Trips: 1,
        d1RowsRead: expect.any(Number),
      },
    ])
    expect(lines[0]?.d1RowsRead).toBeGreaterThan(3)
  })

  it('names the route that answered, though others match', async () => {
    const { access } = await register()
    const { lines } = await linesOf('/api/projects/mine', { token: access })
    expect(lines).toEqual([expect.objectContaining({ route: '/api/projects/mine' })])
    expect((await linesOf('/api/nowhere', { token: access })).lines[0]).not.toHaveProperty('route')
  })

  it('names the user of a registration, and tells the rows written and the object that hashed', async () => {
    const body = { email: 'line@example.com', username: 'line', password: PASSWORD }
    const { answer, lines } = await linesOf('/api/accounts/register', { body })
    const { user } = await ok(answer, 201)
    expect(lines).toEqual([expect.objectContaining({ userId: user.id, objectCalls: 1 })])
    expect(lines[0]?.d1RowsWritten).toBeGreaterThan(2)
    expect(JSON.stringify(lines)).not.toContain('line@example.com')
  })

  it('names the user who calls too often', async () => {
    const { id, access } = await register()
    const env = { RATE_LIMIT: 'on', READ_LIMIT: refusing }
    const { answer, lines } = await linesOf('/api/projects/mine', { token: access, env })
    await problem(answer, 429, 'rate_limited')
    expect(lines).toEqual([expect.objectContaining({ userId: id })])
  })

  it('waits for what is done after the answer', async () => {
    const person = await register()
    const { lines } = await linesOf('/api/accounts/logout', { body: { refresh: person.refresh } })
    expect(lines).toEqual([expect.objectContaining({ status: 204, kvWrites: 1 })])
  })

  it('counts the reads of KV', async () => {
    const { refresh } = await register()
    const { lines } = await linesOf('/api/accounts/refresh', { body: { refresh } })
    expect(lines).toEqual([expect.objectContaining({ kvReads: 1, d1Trips: 1 })])
  })

  it('tells the milliseconds that D1 spent on all statements together', async () => {
    const slow = (result: D1Result): D1Result => ({ ...result, meta: { ...result.meta, duration: 7 } })
    const DB = wrapped(env.DB, {
      batch: async (statements: D1PreparedStatement[]) => (await env.DB.batch(statements)).map(slow),
    })
    const { access } = await register()
    await ok(send('/api/accounts/me', { token: access, env: { DB } }))
    // The guard's, and the handler's.
    expect(logged.at(-1)).toMatchObject({ d1Trips: 1, d1Ms: 14 })
  })

  it('counts what was asked of R2 and Images', async () => {
    const person = await register()
    const upload = {
      method: 'PUT',
      token: person.access,
      body: PIXEL,
      headers: { 'Content-Type': 'image/gif' },
    }
    expect((await linesOf('/api/accounts/me/avatar', upload)).lines).toEqual([
      expect.objectContaining({ r2Writes: 1, pictures: 1 }),
    ])
    const again = await linesOf('/api/accounts/me/avatar', upload)
    expect(again.lines).toEqual([
      expect.objectContaining({ r2Writes: 1, pictures: 1, r2Deletes: 1, d1Trips: 4 }),
    ])
    const { profile } = await ok(again.answer)
    expect((await linesOf(new URL(profile.avatarUrl).pathname)).lines).toEqual([
      expect.objectContaining({ route: '/api/accounts/avatars/:key', r2Reads: 1 }),
    ])
  })

  it.each([
    ['a project that is not there', '/api/projects/0', {}, 'info', 404, 'not_found'],
    ['nobody signed in', '/api/projects/mine', {}, 'warn', 401, 'unauthenticated'],
    ['a wrong query', '/api/projects?limit=x', {}, 'info', 422, 'validation_failed'],
    [
      'a call too many',
      '/api/projects',
      { RATE_LIMIT: 'on', READ_LIMIT: refusing },
      'warn',
      429,
      'rate_limited',
    ],
    ['wrong settings', '/api/projects', { JWT_SECRET: 'short' }, 'error', 500, 'internal_error'],
  ] as const)('tells of %s, with a level and a code', async (_, path, env, level, status, code) => {
    const { answer, lines } = await linesOf(path, { env })
    await problem(answer, status, code)
    expect(lines).toEqual([expect.objectContaining({ level, status, code })])
  })

  it('tells why it failed', async () => {
    const { lines } = await linesOf('/api/projects', { env: { DB: brokenD1 } })
    expect(lines[0]).toMatchObject({
      level: 'error',
      status: 503,
      error: 'Error',
      message: 'D1_ERROR: Network connection lost.',
      d1Trips: 1,
    })
  })
})

describe('Server-Timing', () => {
  const SERVER_TIMING = 'on'

  it('is not sent unless it is switched on', async () => {
    const answer = await send('/api/projects')
    expect(answer.headers.has('Server-Timing')).toBe(false)
  })

  it('tells how long the Worker and D1 took, to the origins that may read the answer', async () => {
    const headers = { Origin: 'http://localhost:3000' }
    const answer = await send('/api/projects', { headers, env: { SERVER_TIMING } })
    expect(answer.headers.get('Server-Timing')).toMatch(
      /d1;dur=[\d.]+;desc="1 trips, \d+ rows read, 0 written",total;dur=[\d.]+/,
    )
    expect(answer.headers.get('Timing-Allow-Origin')).toBe('http://localhost:3000')
    const foreign = await send('/api/projects', {
      headers: { Origin: 'https://evil.test' },
      env: { SERVER_TIMING },
    })
    expect(foreign.headers.has('Timing-Allow-Origin')).toBe(false)
  })
})

describe('What is logged in a test', () => {
  it('is a structured line', () => {
    console.log(JSON.stringify({ message: 'Left behind by whoever looked for a fault.' }))
    expect(expectFitLog).toThrow('console.log')
  })

  it('is searched for secrets', () => {
    console.info(JSON.stringify({ message: PASSWORD }))
    expect(expectFitLog).toThrow()
  })
})
