import { describe, expect, expectTypeOf, it, vi } from 'vitest'
import { ApiError, type Auth, call, createClient, NetworkError, type User } from '../src/client/index.ts'
import { ORIGIN } from './support/api.ts'
import { brokenD1 } from './support/bindings.ts'
import {
  answerLost,
  failureOf,
  neverSent,
  newAccount,
  open,
  signedUp,
  signedUpAnHourAgo,
} from './support/client.ts'

const PNG = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='),
  (character) => character.charCodeAt(0),
)
const picture = () => new Blob([PNG], { type: 'image/png' })

function form() {
  const data = new FormData()
  data.set('avatar', new File([PNG], 'me.png', { type: 'image/png' }))
  return data
}

const sources = import.meta.glob<string>('../src/**/*.ts', { query: '?raw', import: 'default', eager: true })

describe('ErrorCode', () => {
  it('has every code that the API gives, and no other', () => {
    const given = Object.values(sources).flatMap((source) => [
      ...source.matchAll(/new Problem\(\s*\d+,\s*'(\w+)'/g),
    ])
    const known = (sources['../src/client/errors.ts'] ?? '').matchAll(/\| '(\w+)'/g)
    const codes = (matches: Iterable<RegExpExecArray>) => new Set([...matches].map(([, code]) => code))
    expect(codes(known)).toEqual(codes(given).add('unknown'))
  })
})

describe('call', () => {
  it('gives the body of a success, and undefined for a 204', async () => {
    const { api } = await signedUp()
    const json = { title: 'A typed project', description: 'Whose fields are known.' }
    const project = await call(api.projects.$post({ json }))
    expect(project).toMatchObject(json)
    expect(await call(api.projects[':id'].$delete({ param: { id: String(project.id) } }))).toBeUndefined()
  })

  it('takes an answer that is there already', async () => {
    const { api } = open()
    expect(await call(await api.health.$get())).toEqual({ status: 'ok' })
  })

  it('throws what the API refuses as ApiError, with the number of the request', async () => {
    const answer = await open().api.projects[':id'].$get({ param: { id: '999999' } })
    const failure = await failureOf(call(answer))
    expect(failure).toBeInstanceOf(ApiError)
    expect(failure).toMatchObject({
      name: 'ApiError',
      status: 404,
      code: 'not_found',
      detail: 'There is no such project.',
      message: 'There is no such project.',
      requestId: answer.headers.get('X-Request-Id'),
      errors: [],
      retryAfterSeconds: undefined,
    })
  })

  it('names every field at fault', async () => {
    const failure = await failureOf(
      open().auth.register({ email: 'no email', username: '-', password: 'short' }),
    )
    expect(failure).toMatchObject({ status: 422, code: 'validation_failed' })
    const { errors } = failure as ApiError
    expect(errors.map(({ pointer }) => pointer).sort()).toEqual(['/email', '/password', '/username'])
    expect(errors.every(({ message }) => message.length > 0)).toBe(true)
  })

  it('says when to try again', async () => {
    const { auth, network } = open()
    const account = newAccount()
    await auth.register(account)
    network.env = { RATE_LIMIT: 'on' }
    const wrong = { email: account.email, password: 'not the password' }
    for (let tries = 0; tries < 10; tries += 1) await failureOf(auth.login(wrong))
    const failure = (await failureOf(auth.login(wrong))) as ApiError
    expect(failure).toMatchObject({ status: 429, code: 'rate_limited' })
    expect(failure.retryAfterSeconds).toBeGreaterThan(880)
  })

  it('throws NetworkError if there is no answer', async () => {
    const { api, network } = open()
    network.next('GET /api/health', neverSent)
    const failure = await failureOf(call(api.health.$get()))
    expect(failure).toBeInstanceOf(NetworkError)
    expect(failure).toMatchObject({ cause: { message: 'Failed to fetch' } })
  })

  it('throws NetworkError if the answer is no JSON, and says so', async () => {
    const { api, network } = open()
    network.next('GET /api/health', async () => new Response('<h1>Welcome to our hotel</h1>'))
    const failure = await failureOf(call(api.health.$get()))
    expect(failure).toBeInstanceOf(NetworkError)
    expect(failure).toMatchObject({ message: expect.stringContaining('not JSON') })
  })

  it('throws ApiError if the API is down', async () => {
    const { api, network } = open()
    network.next('GET /api/health', (deliver) => deliver({ DB: brokenD1 }))
    expect(await failureOf(call(api.health.$get()))).toMatchObject({ status: 503, code: 'unavailable' })
  })

  it.each([
    ['text/html', '<h1>Bad gateway</h1>'],
    ['application/json', '{"code":7,"detail":{"not":"ours"}}'],
    ['application/problem+json', 'cut sho'],
  ])('throws ApiError of no known code if a proxy refuses with %s', async (type, body) => {
    const { api, network } = open()
    const answer = new Response(body, { status: 502, headers: { 'Content-Type': type } })
    network.next('GET /api/health', async () => answer)
    expect(await failureOf(call(api.health.$get()))).toMatchObject({
      status: 502,
      code: 'unknown',
      detail: 'The API answered 502.',
      requestId: undefined,
    })
  })
})

describe('An avatar', () => {
  it.each([
    ['a Blob', picture],
    ['a form', form],
    ['a stream', () => picture().stream()],
    ['bytes', () => PNG],
  ])('sent as %s is repeated after a refresh', async (kind, body) => {
    const { api, network, user } = await signedUpAnHourAgo()
    const needsType = ['a stream', 'bytes'].includes(kind)
    const answer = await call(
      api.accounts.me.avatar.$put(
        {},
        { init: { body: body() }, ...(needsType && { headers: { 'Content-Type': 'image/png' } }) },
      ),
    )
    expect(answer).toMatchObject({ id: user.id, profile: { avatarUrl: expect.any(String) } })
    expect(network.record).toEqual([
      'PUT /api/accounts/me/avatar 401',
      'POST /api/accounts/refresh 200',
      'PUT /api/accounts/me/avatar 200',
    ])
  })
})

describe('A path parameter', () => {
  it('is one segment of the path, whatever it holds', async () => {
    const { api, network } = open()
    await api.accounts.users[':username'].$get({ param: { username: '../../projects?q=#' } })
    expect(network.record).toEqual(['GET /api/accounts/users/..%2F..%2Fprojects%3Fq%3D%23 404'])
  })

  it.each(['', '.', '..'])('that is %j is refused, since it would lead to another endpoint', (username) => {
    const { api, network } = open()
    const remove = () =>
      api.projects[':id'].collaborators[':username'].$delete({ param: { id: '1', username } })
    expect(remove).toThrow(TypeError)
    expect(network.record).toEqual([])
  })

  it('is in URLs too', () => {
    const { api } = open()
    const url = api.accounts.users[':username'].$url({ param: { username: 'ada' } })
    expect(String(url)).toBe(`${ORIGIN}/api/accounts/users/ada`)
  })
})

describe('A client', () => {
  it('uses the global fetch unless it is given another', async () => {
    const { fetch } = open().network
    vi.stubGlobal('fetch', fetch)
    expect(await call(createClient(`${ORIGIN}/`).api.health.$get())).toEqual({ status: 'ok' })
    vi.unstubAllGlobals()
  })

  it('hands on what several values of a query parameter mean', async () => {
    const { api } = await signedUp()
    const json = { title: 'Two techs', description: 'And no more.', techStack: ['Elm', 'Zig'] }
    const { id } = await call(api.projects.$post({ json }))
    const { items } = await call(api.projects.$get({ query: { tech: ['elm', 'zig'] } }))
    expect(items.map((item) => item.id)).toContain(id)
  })

  it('posts a project once, however often its answer is lost, if it names the attempt', async () => {
    const { api, network } = await signedUp()
    const json = { title: 'Posted once', description: 'Sent three times.' }
    const post = () => call(api.projects.$post({ json, header: { 'Idempotency-Key': 'my-first' } }))
    for (let lost = 0; lost < 2; lost++) {
      network.next('POST /api/projects', answerLost)
      expect(await failureOf(post())).toBeInstanceOf(NetworkError)
    }
    const { id } = await post()
    const { items } = await call(api.projects.mine.$get({ query: {} }))
    expect(items.map((item) => item.id)).toEqual([id])
  })

  it('types its outputs', () => {
    const { api, auth } = open()
    const read = () => call(api.projects[':id'].$get({ param: { id: '1' } }))
    expectTypeOf(read).returns.resolves.toHaveProperty('title').toEqualTypeOf<string>()
    expectTypeOf(read)
      .returns.resolves.toHaveProperty('status')
      .toEqualTypeOf<'planning' | 'in_progress' | 'completed'>()
    const list = () => call(api.projects.$get({ query: {} }))
    expectTypeOf(list).returns.resolves.toHaveProperty('nextCursor').toEqualTypeOf<string | null>()
    const remove = () => call(api.projects[':id'].$delete({ param: { id: '1' } }))
    expectTypeOf(remove).returns.resolves.toEqualTypeOf<undefined>()
    expectTypeOf(auth.session).returns.resolves.toEqualTypeOf<User | null>()
    expectTypeOf<User['profile']['skills']>().toEqualTypeOf<string[]>()
    expectTypeOf<ApiError['code']>().extract<'email_taken'>().not.toBeNever()
  })

  it('types its inputs', () => {
    const { api, auth } = open()
    expectTypeOf(api.projects.$post).parameter(0).toHaveProperty('json').toMatchTypeOf<{ title: string }>()
    expectTypeOf<Parameters<Auth['login']>[0]>().toEqualTypeOf<{ email: string; password: string }>()
    const wrong = () => [
      // @ts-expect-error a title is a text
      api.projects.$post({ json: { title: 1, description: '' } }),
      // @ts-expect-error a description is missing
      api.projects.$post({ json: { title: '' } }),
      // @ts-expect-error a key is a text
      api.projects.$post({ json: { title: '', description: '' }, header: { 'Idempotency-Key': 1 } }),
      // @ts-expect-error there is no such order
      api.projects.$get({ query: { sort: 'random' } }),
      // @ts-expect-error a parameter is missing
      api.projects[':id'].$get(),
      // @ts-expect-error there is no such path
      api.nowhere,
      // @ts-expect-error there is no such method
      api.projects.facets.$post,
      // @ts-expect-error a username is missing
      auth.register({ email: '', password: '' }),
    ]
    expectTypeOf(wrong).toBeFunction()
  })
})
