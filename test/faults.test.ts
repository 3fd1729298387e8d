import { env } from 'cloudflare:workers'
import { DrizzleQueryError } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { ok, problem, send } from './support/api.ts'
import { brokenD1, brokenKv, onTrip } from './support/bindings.ts'
import { logged } from './support/logs.ts'
import { PASSWORD } from './support/secrets.ts'
import { claimsOf, post, register } from './support/world.ts'

describe('When D1 fails', () => {
  it('logs what D1 said', async () => {
    await problem(send('/api/projects', { env: { DB: brokenD1 } }), 503, 'unavailable')
    expect(logged).toContainEqual(
      expect.objectContaining({
        level: 'error',
        code: 'unavailable',
        message: 'D1_ERROR: Network connection lost.',
      }),
    )
  })
})

describe('When KV fails', () => {
  const env503 = { TOKEN_BLACKLIST: brokenKv }

  it('still signs in, refreshes and signs out, because D1 decides', async () => {
    const person = await register()
    const body = { email: person.email, password: PASSWORD }
    const session = await ok(send('/api/accounts/login', { body, env: env503 }))
    const pair = await ok(send('/api/accounts/refresh', { body: { refresh: session.refresh }, env: env503 }))
    expect(logged).toContainEqual(
      expect.objectContaining({ event: 'blacklist_failed', operation: 'get', message: 'KV is down' }),
    )
    const logout = await send('/api/accounts/logout', { body: { refresh: pair.refresh }, env: env503 })
    expect(logout.status).toBe(204)
    const { sid: sessionId } = claimsOf(pair.refresh)
    for (const operation of ['get', 'put']) {
      expect(logged).toContainEqual(
        expect.objectContaining({ event: 'blacklist_failed', operation, sessionId, message: 'KV is down' }),
      )
    }
    await problem(
      send('/api/accounts/refresh', { body: { refresh: pair.refresh }, env: env503 }),
      401,
      'token_revoked',
    )
    await problem(send('/api/accounts/refresh', { body: { refresh: pair.refresh } }), 401, 'token_revoked')
    await problem(send('/api/projects/mine', { token: pair.access }), 401, 'unauthenticated')
  })
})

describe('When our own code fails', () => {
  it('answers 500 with the request id of the log line, and tells nothing else', async () => {
    const DB = onTrip(env.DB, () => {
      throw new Error('D1_ERROR: no such column: nope: SQLITE_ERROR')
    })
    const body = await problem(send('/api/projects', { env: { DB } }), 500, 'internal_error')
    expect(logged).toEqual([
      expect.objectContaining({ level: 'error', requestId: (body as { requestId?: string }).requestId }),
    ])
    expect(JSON.stringify(body)).not.toContain('nope')
  })
})

describe('The line of a failure', () => {
  it('tells the first cause and the function it came from, in one line of 300 characters at most', async () => {
    function lost(): never {
      const cause = new Error(`${'x'.repeat(400)}\nand more`)
      throw new Error('D1_ERROR', { cause: new Error('Internal error', { cause }) })
    }
    await problem(send('/api/projects', { env: { DB: onTrip(env.DB, lost) } }), 503, 'unavailable')
    expect(logged.at(-1)).toMatchObject({ error: 'Error', message: 'x'.repeat(300), at: 'lost' })
  })
})

describe('A constraint that nothing gives a name', () => {
  it.each([
    ['NOT NULL', `INSERT INTO users (email) VALUES ('a@example.com')`],
    [
      'CHECK',
      `INSERT INTO users (email, username, password_hash, created_at) VALUES ('a@example.com', '-', '', 1)`,
    ],
    [
      'FOREIGN KEY',
      `INSERT INTO sessions (id, user_id, created_at, last_used_at, expires_at) VALUES ('x', 987654, 1, 1, 1)`,
    ],
  ])('and is %s is a mistake of ours, and no outage', async (kind, statement) => {
    const DB = onTrip(env.DB, async () => {
      await env.DB.prepare(statement).run()
    })
    await problem(send('/api/projects', { env: { DB } }), 500, 'internal_error')
    expect(logged.at(-1)).toMatchObject({ message: expect.stringContaining(`${kind} constraint failed`) })
  })
})

describe('An error of Drizzle, which quotes the statement and its parameters', () => {
  it('is logged by its cause alone', async () => {
    const DB = onTrip(env.DB, () => {
      throw new DrizzleQueryError(
        'select * from users where email = ?',
        ['secret@example.com'],
        new Error('D1 said no'),
      )
    })
    await problem(send('/api/projects', { env: { DB } }), 503, 'unavailable')
    expect(logged.at(-1)).toMatchObject({ event: 'request', status: 503, message: 'D1 said no' })
    expect(JSON.stringify(logged)).not.toContain('secret@example.com')
  })
})

describe('Two projects of one owner', () => {
  it('get different ids and answers when posted at once', async () => {
    const owner = await register()
    const ids = await Promise.all(Array.from({ length: 10 }, (_, i) => post(owner, { title: `Number ${i}` })))
    expect(new Set(ids).size).toBe(10)
    const titles = await Promise.all(ids.map(async (id) => (await ok(send(`/api/projects/${id}`))).title))
    expect(titles).toEqual(Array.from({ length: 10 }, (_, i) => `Number ${i}`))
  })
})
