import { env } from 'cloudflare:workers'
import { DrizzleQueryError } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { ok, problem, send } from './support/api.ts'
import { PIXEL } from './support/avatars.ts'
import { brokenD1, brokenKv, onTrip } from './support/bindings.ts'
import { logged } from './support/logs.ts'
import { PASSWORD } from './support/secrets.ts'
import { ask, post, postWithMember, register } from './support/world.ts'

/** A D1 whose statement number `n` of every batch fails, inside the transaction. */
function failingStatement(n: number): D1Database {
  return new Proxy(env.DB, {
    get(target, key) {
      if (key !== 'batch') return Reflect.get(target, key, target).bind(target)
      return (statements: D1PreparedStatement[]) => {
        const broken = env.DB.prepare('INSERT INTO users (id) VALUES (NULL)')
        return env.DB.batch(statements.map((each, i) => (i === n ? broken : each)))
      }
    },
  })
}

const counts = () =>
  env.DB.prepare(
    `SELECT (SELECT count(*) FROM users) AS users, (SELECT count(*) FROM profiles) AS profiles,
      (SELECT count(*) FROM sessions) AS sessions, (SELECT count(*) FROM projects) AS projects,
      (SELECT count(*) FROM projects_search_docsize) AS documents,
      (SELECT group_concat(id || status) FROM collaboration_requests) AS requests`,
  ).first()

describe('When D1 fails', () => {
  it('answers 503 on every endpoint and writes nothing', async () => {
    const [owner, member] = [await register(), await register()]
    const { projectId } = await postWithMember(owner, member)
    const requestId = await ask(await register(), projectId)
    const before = await counts()
    const as = (method: string, body?: unknown) => ({ method, token: owner.access, body })
    for (const [path, options] of [
      ['/api/health', {}],
      ['/api/accounts/register', { body: { email: 'n@example.com', username: 'never', password: PASSWORD } }],
      ['/api/accounts/login', { body: { email: owner.email, password: PASSWORD } }],
      ['/api/accounts/refresh', { body: { refresh: owner.refresh } }],
      ['/api/accounts/logout', { body: { refresh: owner.refresh } }],
      ['/api/accounts/me', as('GET')],
      ['/api/accounts/me', as('PATCH', { bio: 'x' })],
      ['/api/accounts/me/avatar', { ...as('PUT', PIXEL), headers: { 'Content-Type': 'image/gif' } }],
      ['/api/accounts/me/avatar', as('DELETE')],
      [`/api/accounts/users/${owner.username}`, {}],
      ['/api/projects?tech=go', {}],
      [`/api/projects/${projectId}`, {}],
      ['/api/projects', as('POST', { title: 'Never', description: 'x' })],
      [`/api/projects/${projectId}`, as('PATCH', { title: 'Never' })],
      [`/api/projects/${projectId}`, as('DELETE')],
      ['/api/projects/mine', as('GET')],
      ['/api/projects/requests/received', as('GET')],
      ['/api/projects/requests/sent', as('GET')],
      [`/api/projects/${projectId}/requests`, as('GET')],
      [`/api/projects/${projectId}/requests`, as('POST', { message: 'x' })],
      [`/api/projects/requests/${requestId}`, as('PATCH', { status: 'accepted' })],
      [`/api/projects/requests/${requestId}`, as('DELETE')],
      [`/api/projects/${projectId}/collaborators/${member.username}`, as('DELETE')],
    ] as const) {
      await problem(send(path, { ...options, env: { DB: brokenD1 } }), 503, 'unavailable')
      expect(logged.at(-1), path).toMatchObject({
        level: 'error',
        code: 'unavailable',
        message: 'D1_ERROR: Network connection lost.',
      })
    }
    expect(await counts()).toEqual(before)
    await ok(send('/api/accounts/refresh', { body: { refresh: owner.refresh } }))
  })

  it('makes no half user, whichever statement of a registration fails', async () => {
    const before = await counts()
    for (const n of [0, 1, 2, 3]) {
      const body = {
        email: `half-${n}@example.com`,
        username: `half-${n}`,
        password: PASSWORD,
        displayName: 'Half',
      }
      const answer = await send('/api/accounts/register', { body, env: { DB: failingStatement(n) } })
      expect(answer.status).toBeGreaterThanOrEqual(500)
    }
    expect(await counts()).toEqual(before)
  })

  it('makes no half project, whichever statement fails', async () => {
    const owner = await register()
    const before = await counts()
    for (const n of [0, 1, 2, 3, 4]) {
      const body = { title: 'Half a project', description: 'x' }
      const answer = await send('/api/projects', {
        token: owner.access,
        body,
        env: { DB: failingStatement(n) },
      })
      expect(answer.status).toBeGreaterThanOrEqual(500)
    }
    expect(await counts()).toEqual(before)
  })

  it('gives no session to a login whose second trip fails', async () => {
    const person = await register()
    const before = await counts()
    const DB = onTrip(env.DB, (trip) => {
      if (trip === 2) throw new Error('D1_ERROR: Network connection lost.')
    })
    const body = { email: person.email, password: PASSWORD }
    await problem(send('/api/accounts/login', { body, env: { DB } }), 503, 'unavailable')
    expect(await counts()).toEqual(before)
  })
})

describe('When KV fails', () => {
  const env503 = { TOKEN_BLACKLIST: brokenKv }

  it('still signs in, refreshes and signs out, because D1 decides', async () => {
    const person = await register()
    const body = { email: person.email, password: PASSWORD }
    const session = await ok(send('/api/accounts/login', { body, env: env503 }))
    const pair = await ok(send('/api/accounts/refresh', { body: { refresh: session.refresh }, env: env503 }))
    const logout = await send('/api/accounts/logout', { body: { refresh: pair.refresh }, env: env503 })
    expect(logout.status).toBe(204)
    expect(logged).toContainEqual(expect.objectContaining({ event: 'blacklist_failed', operation: 'put' }))
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
