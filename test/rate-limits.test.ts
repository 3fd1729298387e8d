import { describe, expect, it } from 'vitest'
import { PUBLIC_ROUTES } from '../src/app.ts'
import { LIMITERS } from '../src/limits.ts'
import wrangler from '../wrangler.toml?raw'
import { ok, problem, type Send, send } from './support/api.ts'
import { keyOf, PIXEL, shown } from './support/avatars.ts'
import { counting, NO_OPERATIONS } from './support/bindings.ts'
import { call, ENDPOINTS, endpointOf, newWorld } from './support/endpoints.ts'
import { OWN_LIMITS, refusing, spend } from './support/limits.ts'
import { ask, type Person, post, register } from './support/world.ts'

const limits = { RATE_LIMIT: 'on' }

const from = (ip: string, options: Send = {}): Send => ({
  ...options,
  headers: { 'CF-Connecting-IP': ip, ...options.headers },
  env: { ...limits, ...options.env },
})

const read = (person: Person, ip = '192.0.2.1') =>
  send('/api/accounts/me', from(ip, { token: person.access }))
const write = (person: Person, ip = '192.0.2.1') =>
  send('/api/accounts/me', from(ip, { method: 'PATCH', token: person.access, body: { bio: 'Hello.' } }))
const look = (ip: string, options: Send = {}) => send('/api/projects', from(ip, options))

describe('The limits of wrangler.toml', () => {
  const blocks = [
    ...wrangler.matchAll(
      /^\[\[(?:env\.(\w+)\.)?ratelimits\]\]\s+name = "(\w+)"\s+namespace_id = "(\d+)"\s+simple = \{ limit = (\d+), period = (\d+) \}$/gm,
    ),
  ].map(([, environment = '', name = '', id, quota, seconds]) => ({
    environment,
    name,
    id,
    policy: { quota: Number(quota), seconds: Number(seconds) },
  }))

  it('are all read by this test', () => {
    expect(blocks).toHaveLength(wrangler.match(/ratelimits\]\]/g)?.length ?? 0)
  })

  it('are those that the code tells of, in every environment', () => {
    const told = Object.entries(LIMITERS).map(([name, { quota, seconds }]) => [name, { quota, seconds }])
    for (const environment of new Set(blocks.map((block) => block.environment))) {
      const own = blocks.filter((block) => block.environment === environment)
      expect(Object.fromEntries(own.map(({ name, policy }) => [name, policy]))).toEqual(
        Object.fromEntries(told),
      )
    }
  })

  it('count each apart', () => {
    expect(new Set(blocks.map(({ id }) => id)).size).toBe(blocks.length)
  })
})

describe('A user', () => {
  it('reads 600 times a minute, from whichever networks, and that is no matter of others', async () => {
    const [person, other] = [await register(), await register()]
    await spend('READ_LIMIT', `user:${person.id}`, 599)
    await ok(read(person))
    await problem(read(person, '198.51.100.1'), 429, 'rate_limited')
    await problem(send('/api/projects', from('192.0.2.1', { token: person.access })), 429, 'rate_limited')
    await ok(write(person))
    await ok(read(other))
    await ok(look('192.0.2.1'))
  })

  it('writes 120 times a minute, and reads on', async () => {
    const [person, other] = [await register(), await register()]
    await spend('WRITE_LIMIT', `user:${person.id}`, 119)
    await ok(write(person))
    await problem(write(person, '198.51.100.1'), 429, 'rate_limited')
    await ok(read(person))
    await ok(write(other))
  })

  it('asks to join 20 times a minute, though the requests are withdrawn', async () => {
    const [owner, sender, other] = [await register(), await register(), await register()]
    const projectId = await post(owner)
    const askAs = ({ access: token }: Person) =>
      send(`/api/projects/${projectId}/requests`, from('192.0.2.1', { token, body: { message: 'Again!' } }))
    await spend('ASK_LIMIT', `user:${sender.id}`, 17)
    for (let i = 0; i < 3; i++) {
      const { id } = await ok(askAs(sender), 201)
      await ok(send(`/api/projects/requests/${id}`, { method: 'DELETE', token: sender.access }), 204)
    }
    const refused = await askAs(sender)
    expect(refused.headers.get('RateLimit')).toBe('"ask";r=0;t=60')
    await problem(refused, 429, 'rate_limited')
    await ok(askAs(other), 201)
  })

  it('uploads ten pictures a minute, and the eleventh reaches neither D1 nor R2 nor Images', async () => {
    const person = await register()
    const upload = (env = {}) =>
      send('/api/accounts/me/avatar', {
        ...from('192.0.2.1', { token: person.access, method: 'PUT', body: PIXEL, env }),
        headers: { 'Content-Type': 'image/gif' },
      })
    await spend('AVATAR_LIMIT', `user:${person.id}`, 9)
    await ok(upload())
    const { env, operations } = counting()
    await problem(upload(env), 429, 'rate_limited')
    expect(operations).toEqual(NO_OPERATIONS)
  })
})

describe('A network of people who are not signed in', () => {
  it('reads 600 times a minute, and those signed in there read on', async () => {
    const person = await register()
    await spend('READ_LIMIT', '203.0.113.10', 599)
    await ok(look('203.0.113.10'))
    await problem(look('203.0.113.10'), 429, 'rate_limited')
    expect((await look('203.0.113.10', { method: 'HEAD' })).status).toBe(429)
    await ok(look('203.0.113.11'))
    await ok(read(person, '203.0.113.10'))
  })

  it('is an IPv6 /64, which neighbours share', async () => {
    await spend('READ_LIMIT', '2001:db8:7:1::/64', 599)
    await ok(look('2001:db8:7:1::1'))
    await problem(look('2001:db8:7:1:ffff::2'), 429, 'rate_limited')
    await ok(look('2001:db8:7:2::1'))
  })

  it('writes 120 times a minute', async () => {
    const attempt = (ip: string) => send('/api/projects', from(ip, { body: {} }))
    await spend('WRITE_LIMIT', '203.0.113.12', 119)
    await problem(attempt('203.0.113.12'), 401, 'unauthenticated')
    await problem(attempt('203.0.113.12'), 429, 'rate_limited')
    await problem(attempt('203.0.113.13'), 401, 'unauthenticated')
  })

  it.each([
    ['no token', '203.0.113.14', undefined],
    ['a forged token', '203.0.113.15', () => 'e30.e30.e30'],
    ['a refresh token', '203.0.113.16', ({ refresh }: Person) => refresh],
  ])('is who calls with %s', async (_, ip, tokenOf) => {
    const token = tokenOf?.(await register())
    const attempt = () => send('/api/accounts/me', from(ip, { token }))
    await spend('READ_LIMIT', ip, 599)
    await problem(attempt(), 401, 'unauthenticated')
    await problem(attempt(), 429, 'rate_limited')
  })

  it('reads the docs page and the document too', async () => {
    await spend('READ_LIMIT', '203.0.113.17', 600)
    for (const path of ['/', '/docs', '/docs.js', '/docs.css', '/api/openapi.json']) {
      await problem(send(path, from('203.0.113.17')), 429, 'rate_limited')
    }
    expect((await send('/docs', from('203.0.113.18'))).status).toBe(200)
  })

  it('asks preflights without end', async () => {
    await spend('READ_LIMIT', '203.0.113.19', 600)
    await spend('WRITE_LIMIT', '203.0.113.19', 120)
    const headers = { Origin: 'http://localhost:3000', 'Access-Control-Request-Method': 'GET' }
    await ok(look('203.0.113.19', { method: 'OPTIONS', headers }), 204)
  })

  it('has its monitor told of health, whatever it reads', async () => {
    await spend('READ_LIMIT', '203.0.113.20', 600)
    await ok(send('/api/health', from('203.0.113.20')))
    await ok(send('/api/health/', from('203.0.113.20')))
    await spend('READ_LIMIT', 'health:203.0.113.20', 600)
    await problem(send('/api/health', from('203.0.113.20')), 429, 'rate_limited')
  })
})

describe('A call above the limit', () => {
  it('is refused on every endpoint, and reaches no store', async () => {
    const world = await newWorld()
    for (const endpoint of ENDPOINTS) {
      const { env, operations } = counting()
      const limiters = Object.fromEntries(Object.keys(LIMITERS).map((name) => [name, refusing]))
      const limited = { ...env, ...limits, ...limiters }
      await problem(call(endpoint, world, { env: limited }), 429, 'rate_limited')
      expect(operations, endpoint.route).toEqual(NO_OPERATIONS)
    }
  })

  it.each(OWN_LIMITS)('of %s is refused by %s, and reaches no store', async (limiter, route) => {
    const { env, operations } = counting()
    const options = from('2001:db8::1', { env: { ...env, [limiter]: refusing } })
    await problem(call(endpointOf(route), await newWorld(), options), 429, 'rate_limited')
    expect(operations).toEqual(NO_OPERATIONS)
  })
})

describe('A public write', () => {
  const isOwn = ({ route }: { route: string }) => OWN_LIMITS.some(([, own]) => own === route)
  const publicWrites = ENDPOINTS.filter(({ route }) => PUBLIC_ROUTES.has(route) && !route.startsWith('GET '))

  it.each(publicWrites)(
    'counts under limits of its own, whatever else the network writes: $route',
    async (endpoint) => {
      expect(isOwn(endpoint)).toBe(true)
      const options = from('192.0.2.9', { env: { WRITE_LIMIT: refusing } })
      await ok(call(endpoint, await newWorld(), options), endpoint.status)
    },
  )
})

describe('The headers of limits', () => {
  it('name every policy under which a request counts, and of a refusal the one that is used up', async () => {
    const signIn = (env: Send['env'] = {}) =>
      send('/api/accounts/login', from('192.0.2.2', { body: { email: 'a@b.example', password: 'x' }, env }))
    const policies = '"login";q=30;w=60'
    const refused = await signIn({ LOGIN_LIMIT: refusing })
    expect(refused.headers.get('RateLimit-Policy')).toBe(policies)
    expect(refused.headers.get('RateLimit')).toBe('"login";r=0;t=60')
    expect(refused.headers.get('Retry-After')).toBe('60')
    const tried = await signIn()
    expect(tried.status).toBe(401)
    expect(tried.headers.get('RateLimit-Policy')).toBe(`${policies}, "password";q=10;w=900`)
    // The binding does not tell how much of a quota is left.
    expect(tried.headers.has('RateLimit')).toBe(false)
    for (let i = 1; i < 10; i++) await signIn()
    const throttled = await signIn()
    expect(throttled.status).toBe(429)
    const seconds = throttled.headers.get('Retry-After')
    expect(throttled.headers.get('RateLimit')).toBe(`"password";r=0;t=${seconds}`)
  })

  it('come with whatever else is answered: pages, pictures, 304, 404, a refusal in the place of an answer', async () => {
    const policy = '"read";q=600;w=60'
    const avatar = `/api/accounts/avatars/${keyOf(await shown(await register()))}`
    const page = await look('192.0.2.3')
    const again = await look('192.0.2.3', { headers: { 'If-None-Match': page.headers.get('ETag') ?? '' } })
    const others = ['/docs', '/api/openapi.json', '/api/health', avatar, '/api/projects/987654321']
    const answers = [page, again]
    for (const path of others) answers.push(await send(path, from('192.0.2.3')))
    const { access, refresh } = await register()
    await ok(send('/api/accounts/logout', { body: { refresh } }), 204)
    answers.push(await send(avatar, from('192.0.2.3', { token: access })))
    expect(answers.map(({ status }) => status)).toEqual([200, 304, 200, 200, 200, 200, 404, 401])
    for (const { headers } of answers) expect(headers.get('RateLimit-Policy')).toBe(policy)
  })
})

describe('RATE_LIMIT', () => {
  it('is on where nothing is said of it', async () => {
    const answer = await send('/api/projects', { env: { RATE_LIMIT: undefined, READ_LIMIT: refusing } })
    expect(answer.headers.get('RateLimit-Policy')).toBe('"read";q=600;w=60')
    await problem(answer, 429, 'rate_limited')
  })
})

describe('RATE_LIMIT=off', () => {
  it('refuses nothing and tells of no policy', async () => {
    const [owner, person] = [await register(), await register()]
    const off = { READ_LIMIT: refusing, WRITE_LIMIT: refusing, ASK_LIMIT: refusing, AVATAR_LIMIT: refusing }
    const token = person.access
    const projectId = await post(owner)
    const body = { message: 'Let me in!' }
    for (const answer of [
      await send('/api/projects', { env: off }),
      await send('/docs', { env: off }),
      await send('/api/accounts/me', { token, env: off }),
      await send(`/api/projects/${projectId}/requests`, { token, body, env: off }),
      await send('/api/accounts/login', { body: { email: person.email, password: 'x' }, env: off }),
    ]) {
      expect(answer.status).not.toBe(429)
      expect(answer.headers.has('RateLimit-Policy')).toBe(false)
    }
    expect(await ask(await register(), projectId)).toBeGreaterThan(0)
  })
})
