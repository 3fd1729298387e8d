import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { call } from '../src/client/index.ts'
import type { Bindings } from '../src/env.ts'
import { ok, problem, type Send, send } from './support/api.ts'
import { wrapped } from './support/bindings.ts'
import { Network, signedUp } from './support/client.ts'
import { logged } from './support/logs.ts'
import { PASSWORD } from './support/secrets.ts'
import { post, register } from './support/world.ts'

const BOOKMARK = '00000001-00000002-00004e2f-0123456789abcdef0123456789abcdef'

/** A replicated D1 that remembers where each batch was sent; one that `fails` there loses it. */
function replicated(fails?: string) {
  const sent: { at: string; statements: number }[] = []
  const bookmarks: (string | null)[] = []
  const DB = wrapped(env.DB, {
    batch: async () => {
      throw new Error('Sent to no session.')
    },
    withSession: (at: string) => {
      const session = env.DB.withSession(at)
      return wrapped(session, {
        batch: async (statements: D1PreparedStatement[]) => {
          sent.push({ at, statements: statements.length })
          if (at === fails) throw new Error('D1_ERROR: Network connection lost.')
          return session.batch(statements).finally(() => bookmarks.push(session.getBookmark()))
        },
      })
    },
  })
  return { sent, bookmarks, bindings: { DB, READ_REPLICATION: 'on' } satisfies Partial<Bindings> }
}

async function sentBy(path: string, options: Send = {}) {
  const { sent, bindings } = replicated()
  const answer = await send(path, { ...options, env: bindings })
  return { answer, sent }
}

const from = (bookmark: string) => ({ headers: { 'X-D1-Bookmark': bookmark } })

describe('With read replication', () => {
  it.each(['GET', 'HEAD'])('sends an anonymous read to the nearest copy: %s', async (method) => {
    const { answer, sent } = await sentBy('/api/projects', { method })
    expect(sent).toEqual([{ at: 'first-unconstrained', statements: 1 }])
    expect(answer.headers.get('X-D1-Bookmark')).toBeTruthy()
  })

  it('sends an anonymous read with a bookmark to a copy that has come as far', async () => {
    expect((await sentBy('/api/projects', from(BOOKMARK))).sent).toEqual([{ at: BOOKMARK, statements: 1 }])
  })

  it.each(['', 'first-primary', "'; --", 'x'.repeat(5000), '-', `${BOOKMARK} `.repeat(2)])(
    'takes no bookmark for one it is not: %j',
    async (bookmark) => {
      expect((await sentBy('/api/projects', from(bookmark))).sent).toEqual([
        { at: 'first-unconstrained', statements: 1 },
      ])
    },
  )

  it('sends a signed-in read without a bookmark to the primary, guard and all', async () => {
    const person = await register()
    const { sent } = await sentBy('/api/projects/mine', { token: person.access })
    expect(sent).toEqual([{ at: 'first-primary', statements: 2 }])
  })

  it('asks the primary whether the session is alive beside a read from a copy', async () => {
    const person = await register()
    const { sent } = await sentBy('/api/projects/mine', { token: person.access, ...from(BOOKMARK) })
    expect(sent).toEqual([
      { at: 'first-primary', statements: 1 },
      { at: BOOKMARK, statements: 1 },
    ])
  })

  it.each([
    ['has answered', undefined],
    ['did not answer', BOOKMARK],
  ])('refuses an ended session, though the copy %s', async (_, fails) => {
    const person = await register()
    await ok(send('/api/accounts/logout', { body: { refresh: person.refresh } }), 204)
    const { sent, bindings } = replicated(fails)
    const options = { token: person.access, ...from(BOOKMARK), env: bindings }
    await problem(send('/api/projects/mine', options), 401, 'unauthenticated')
    expect(sent.map(({ at }) => at)).toEqual(['first-primary', BOOKMARK])
  })

  it('reads my account at the primary: a copy may be older than it', async () => {
    const person = await register()
    const { answer, sent } = await sentBy('/api/accounts/me', { token: person.access, ...from(BOOKMARK) })
    await ok(answer)
    expect(sent).toEqual([{ at: 'first-primary', statements: 2 }])
  })

  it('lets the primary alone decide who owns a project, and tells whom it refuses how far it has come', async () => {
    const [owner, other] = [await register(), await register()]
    const id = await post(owner)
    const path = `/api/projects/${id}/requests`
    const { answer, sent } = await sentBy(path, { token: other.access, ...from(BOOKMARK) })
    await problem(answer, 403, 'forbidden')
    expect(sent).toEqual([{ at: 'first-primary', statements: 3 }])
    expect(answer.headers.get('X-D1-Bookmark')).toBeTruthy()
  })

  it('sends every write to the primary, and tells how far it has come', async () => {
    const person = await register()
    const body = { title: 'Written at the primary', description: 'x' }
    const { answer, sent } = await sentBy('/api/projects', { token: person.access, body, ...from(BOOKMARK) })
    expect(sent).toEqual([{ at: 'first-primary', statements: 6 }])
    expect(answer.headers.get('X-D1-Bookmark')).toMatch(/^[\da-f]{8}(-[\da-f]+)+$/)
  })

  it('tells how far the last of several batches has come', async () => {
    const { bookmarks, bindings } = replicated()
    const { email } = await register()
    const answer = await send('/api/accounts/login', { body: { email, password: PASSWORD }, env: bindings })
    expect(new Set(bookmarks).size).toBeGreaterThan(1)
    expect(answer.headers.get('X-D1-Bookmark')).toBe(bookmarks.at(-1))
  })

  it('signs in, refreshes and signs out at the primary', async () => {
    const { sent, bindings } = replicated()
    const { email } = await register()
    const options = { env: bindings, ...from(BOOKMARK) }
    const body = { email, password: PASSWORD }
    const session = await ok(send('/api/accounts/login', { ...options, body }))
    const { refresh } = await ok(
      send('/api/accounts/refresh', { ...options, body: { refresh: session.refresh } }),
    )
    await ok(send('/api/accounts/logout', { body: { refresh }, env: bindings }), 204)
    expect(new Set(sent.map(({ at }) => at))).toEqual(new Set(['first-primary']))
  })

  it.each([
    ['the primary', 'first-primary'],
    ['the copy', BOOKMARK],
  ])('answers 503 where %s does not', async (_, fails) => {
    const person = await register()
    const { bindings } = replicated(fails)
    const options = { token: person.access, ...from(BOOKMARK), env: bindings }
    await problem(send('/api/projects/mine', options), 503, 'unavailable')
  })

  it('tells in the log of the trips to the primary and to the copy', async () => {
    const { access: token } = await register()
    await sentBy('/api/projects/mine', { token, ...from(BOOKMARK) })
    expect(logged.at(-1)).toMatchObject({ event: 'request', d1Trips: 2, d1RowsRead: expect.any(Number) })
  })

  it('asks the primary once whether the session is alive where nothing else is asked', async () => {
    const { access: token } = await register()
    const { answer, sent } = await sentBy('/api/nowhere', { token, ...from(BOOKMARK) })
    await problem(answer, 404, 'not_found')
    expect(sent).toEqual([{ at: 'first-primary', statements: 2 }])
  })

  it('asks the primary for its health', async () => {
    expect((await sentBy('/api/health')).sent).toEqual([{ at: 'first-primary', statements: 1 }])
  })
})

describe('The typed client', () => {
  it('passes on the latest bookmark, so that its reads follow its writes', async () => {
    const { sent, bindings } = replicated()
    const network = new Network()
    network.env = bindings
    const { api } = await signedUp({ network })
    await call(api.projects.$get({ query: {} }))
    const project = await call(api.projects.$post({ json: { title: 'Seen at once', description: 'x' } }))
    const read = await api.projects[':id'].$get({ param: { id: String(project.id) } })
    expect(read.status).toBe(200)
    const [written] = sent.slice(-3)
    const anchors = sent.slice(-2).map(({ at }) => at)
    expect(written?.at).toBe('first-primary')
    // The guard's, and the read's.
    expect(anchors).toEqual(['first-primary', expect.stringMatching(/^[\da-f]{8}-/)])
  })

  it('goes by the later of two bookmarks, though its answer was overtaken', async () => {
    const { sent, bindings } = replicated()
    const network = new Network()
    network.env = bindings
    const { api } = await signedUp({ network })
    const written: (string | null)[] = []
    network.next('GET /api/projects', async (deliver) => {
      const answer = await deliver()
      const { headers } = await api.projects.$post({ json: { title: 'Overtakes', description: 'x' } })
      written.push(headers.get('X-D1-Bookmark'))
      return answer
    })
    await api.projects.$get({ query: {} })
    await api.projects.$get({ query: {} })
    expect(sent.at(-1)?.at).toBe(written[0])
  })

  it('sends none to an API that tells none', async () => {
    const network = new Network()
    const DB = wrapped(env.DB, { withSession: () => expect.fail('A session was asked for.') })
    network.env = { DB }
    const { api } = await signedUp({ network })
    await call(api.projects.$get({ query: {} }))
    expect(network.record).toEqual(['POST /api/accounts/register 201', 'GET /api/projects 200'])
  })
})

describe('Without read replication', () => {
  it('tells no bookmark and takes none', async () => {
    const DB = wrapped(env.DB, { withSession: () => expect.fail('A session was asked for.') })
    const answer = await send('/api/projects', { ...from(BOOKMARK), env: { DB } })
    expect(answer.status).toBe(200)
    expect(answer.headers.has('X-D1-Bookmark')).toBe(false)
  })
})
