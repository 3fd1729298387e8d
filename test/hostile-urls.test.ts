import { beforeAll, describe, expect, it } from 'vitest'
import { fieldsAtFault, ok, problem } from './support/api.ts'
import { call, ENDPOINTS, newWorld, type World } from './support/endpoints.ts'

/** A world that no test changes: whatever is sent into it is refused, or is a read. */
let world: World
beforeAll(async () => {
  world = await newWorld()
})

describe.each(ENDPOINTS.filter(({ route }) => route.includes('/:id')))('$route', (endpoint) => {
  it.each([
    ['0', '0'],
    ['negative', '-1'],
    ['signed', '+ID'],
    ['with a leading zero', '0ID'],
    ['in exponents', 'IDe0'],
    ['fractional', '1.5'],
    ['with a fraction of nothing', 'ID.0'],
    ['hexadecimal', '0x10'],
    ['with separators', '1_000'],
    ['the greatest safe integer', '9007199254740991'],
    ['beyond the safe integers', '9007199254740993'],
    ['beyond 64 bits', '99999999999999999999'],
    ['of 5,000 digits', '9'.repeat(5000)],
    ['of 5,000 zeros and a number', `${'0'.repeat(5000)}ID`],
    ['NUL', '%00'],
    ['followed by NUL', 'ID%00'],
    ['followed by NUL and more', 'ID%00x'],
    ['followed by a space', 'ID%20'],
    ['behind a space', '%20ID'],
    ['followed by a newline', 'ID%0A'],
    ['a full-width digit', '%EF%BC%91'],
    ['an Arabic digit', '%D9%A1'],
    ['not UTF-8', '%ff'],
    ['a broken escape', '%zz'],
    ['encoded twice', '%2531'],
    ['a word', 'abc'],
    ['NaN', 'NaN'],
    ['Infinity', 'Infinity'],
    ['undefined', 'undefined'],
    ['null', 'null'],
    ['a prototype key', '__proto__'],
    ['a constructor', 'constructor'],
    ['SQL', 'ID%20OR%201=1'],
    ['a comment of SQL', 'ID--'],
    ['a list', 'ID,2'],
    ['a wildcard', '*'],
    ['a parameter name', ':id'],
    ['an encoded slash', 'ID%2Fx'],
    ['a traversal', '..%2F..%2Fetc%2Fpasswd'],
  ])('knows no id that is %s', async (_, template) => {
    const genuine = endpoint.params?.(world).id
    const id = template.replace('ID', String(genuine))
    await problem(call(endpoint, world, { params: { id } }), 404, 'not_found')
  })
})

describe.each(ENDPOINTS.filter(({ route }) => route.includes('/:username')))('$route', (endpoint) => {
  it.each([
    ['NUL', '%00'],
    ['followed by NUL', 'NAME%00'],
    ['followed by NUL and more', 'NAME%00x'],
    ['followed by a space', 'NAME%20'],
    ['behind a newline', '%0ANAME'],
    ['not UTF-8', '%ff'],
    ['a broken escape', '%zz'],
    ['encoded twice', '%2570erson-1'],
    ['a wildcard of LIKE', 'person%25'],
    ['a single wildcard of LIKE', 'person__'],
    ['a wildcard of GLOB', 'person*'],
    ['SQL', "'%20OR%20'1'='1"],
    ['a quote', '%22'],
    ['an emoji', '%F0%9F%A6%80'],
    ['a full-width letter', '%EF%BC%B0erson-1'],
    ['a prototype key', '__proto__'],
    ['an email', 'person-1@example.com'],
    ['a number', '1'],
    ['101 characters', 'a'.repeat(101)],
    ['5,000 characters', 'a'.repeat(5000)],
    ['an encoded slash', 'NAME%2F'],
    ['a traversal', '..%2F..%2Fetc%2Fpasswd'],
  ])('knows no username that is %s', async (_, template) => {
    const username = template.replace('NAME', String(endpoint.params?.(world).username))
    await problem(call(endpoint, world, { params: { username } }), 404, 'not_found')
  })
})

const LISTS = ['GET /api/projects', 'GET /api/projects/mine', 'GET /api/projects/:id/requests']
LISTS.push('GET /api/projects/requests/received', 'GET /api/projects/requests/sent')

describe.each(ENDPOINTS.filter(({ route }) => LISTS.includes(route)))('$route', (endpoint) => {
  const asked = (query: string) => call(endpoint, world, { query: `?${query}` })

  it.each([
    'limit=',
    'limit=0',
    'limit=-1',
    'limit=101',
    'limit=1e1',
    'limit=1.5',
    'limit=0x10',
    'limit=+5',
    'limit=5%20',
    'limit=5%00',
    'limit=%00',
    'limit=%ff',
    'limit=%EF%BC%95',
    'limit=Infinity',
    'limit=9007199254740993',
    'limit=99999999999999999999',
    `limit=${'9'.repeat(50)}`,
    'limit=1&limit=2',
    'limit=1&limit=1',
    'limit=1;DROP%20TABLE%20users',
  ])('names a wrong ?%s', async (query) => {
    expect(await fieldsAtFault(asked(query))).toEqual(['?limit'])
  })

  it.each([
    'cursor=',
    'cursor=1',
    'cursor=1.',
    'cursor=.AAAAAAAAAAAA',
    'cursor=1.AAAAAAAAAAAA',
    'cursor=-1.AAAAAAAAAAAA',
    'cursor=1e3.AAAAAAAAAAAA',
    'cursor=9007199254740993.AAAAAAAAAAAA',
    'cursor=null',
    'cursor=%00',
    'cursor=1.%00',
    'cursor=%ff',
    'cursor=%22%20OR%201=1%20--',
    'cursor=eyJpZCI6MX0',
    'cursor=%7B%22__proto__%22:1%7D',
  ])('refuses a broken ?%s', async (query) => {
    await problem(asked(query), 400, 'invalid_cursor')
  })

  it('refuses a cursor of any length', async () => {
    for (const length of [100, 512, 513, 5000]) {
      await problem(asked(`cursor=${'A'.repeat(length)}`), 400, 'invalid_cursor')
    }
  })

  it.each(['cursor', 'limit'])('refuses ?%s given twice', async (name) => {
    const { errors } = await problem(asked(`${name}=1&${name}=2`), 422, 'validation_failed')
    expect(errors).toEqual([{ pointer: `?${name}`, message: 'must be given once' }])
  })

  it('minds no unknown parameter, prototype keys and 1,000 of them included', async () => {
    const before = await ok(asked(''))
    const hostile = [
      '__proto__=x',
      '__proto__[limit]=1',
      'constructor=x&constructor=y',
      'toString=x',
      'length=0',
    ]
    const more = [
      'limit[]=1',
      'limit[a]=1',
      'LIMIT=1',
      '%ff=%ff',
      '%00=%00',
      '=',
      '&&&',
      '?',
      'id=1',
      'ownerId=1',
    ]
    const many = Array.from({ length: 1000 }, (_, i) => `p${i}=${i}`).join('&')
    for (const query of [...hostile, ...more, many]) expect(await ok(asked(query))).toEqual(before)
    expect(Object.hasOwn(Object.prototype, 'limit')).toBe(false)
  })
})

describe.each(ENDPOINTS.filter(({ route }) => route.startsWith('GET ') && route.includes('requests')))(
  '$route',
  (endpoint) => {
    it.each([
      '',
      'PENDING',
      'done',
      '%00',
      '%ff',
      'pending%00',
      "'%20OR%201=1",
      'pending&status=accepted',
      '__proto__',
    ])('names a wrong ?status=%s', async (value) => {
      expect(await fieldsAtFault(call(endpoint, world, { query: `?status=${value}` }))).toEqual(['?status'])
    })
  },
)

describe('every endpoint', () => {
  it.each(ENDPOINTS.filter(({ route }) => route.startsWith('GET ')))(
    'survives a hostile query: $route',
    async (endpoint) => {
      for (const query of [
        '?%',
        '?%00',
        '?%ff=%ff',
        '?__proto__=1',
        `?${'a'.repeat(20_000)}`,
        '?=&=&=',
        '?a[b][c]=d',
      ]) {
        await ok(call(endpoint, world, { query }), endpoint.status)
      }
    },
  )

  it.each(ENDPOINTS.filter(({ route }) => route.startsWith('GET ')))(
    'survives hostile headers: $route',
    async (endpoint) => {
      const headers = {
        'If-None-Match': `"${'x'.repeat(10_000)}", W/"", *x, """`,
        'X-Request-Id': `<script>${'x'.repeat(1000)}`,
        'User-Agent': 'x'.repeat(10_000),
        'Accept-Language': '*'.repeat(1000),
        Range: 'bytes=5-1',
        Accept: 'text/html',
        'X-Forwarded-For': "' OR 1=1 --",
        'Content-Type': ';;;',
      }
      const response = await call(endpoint, world, { headers })
      expect(response.headers.get('X-Request-Id')).toMatch(/^[\w-]{1,64}$/)
      await ok(response, endpoint.status)
    },
  )

  it.each(ENDPOINTS.filter(({ route, body }) => route.startsWith('DELETE ') && !body))(
    'does not read a body that it has no use for: $route',
    async (endpoint) => {
      const own = await newWorld()
      await ok(call(endpoint, own, { body: '{"__proto__": [' }), endpoint.status)
    },
  )
})
