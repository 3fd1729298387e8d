import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import worker from '../src/index.ts'
import { brokenOff, fieldsAtFault, ORIGIN, ok, problem } from './support/api.ts'
import {
  bodyWith,
  call,
  type EndpointWithBody,
  type Field,
  fieldsRefused,
  methodAndPath,
  newWorld,
  pathOf,
  WITH_BODY,
  type World,
} from './support/endpoints.ts'
import { login } from './support/world.ts'

const MAX_BODY_BYTES = 64 * 1024
const encoded = (text = '') => new TextEncoder().encode(text)
const DEEP = `${'['.repeat(20_000)}${']'.repeat(20_000)}`

/** A world that no test changes: whatever is sent into it is refused. */
let world: World
beforeAll(async () => {
  world = await newWorld()
})

describe.each(WITH_BODY)('$route', (endpoint) => {
  const required = Object.keys(endpoint.fields).filter((name) => endpoint.fields[name]?.isRequired)
  const sent = (body: unknown) => call(endpoint, world, { body })

  it.each([
    ['nothing', ''],
    ['white space', ' \n\t'],
    ['an open text', '{"title":"x'],
    ['20,000 open brackets', '['.repeat(20_000)],
    ['single quotes', "{'title':'x'}"],
    ['a trailing comma', '{"title":"x",}'],
    ['two values', '{}{}'],
    ['a comment', '{}//'],
    ['undefined', 'undefined'],
    ['NaN', '{"title":NaN}'],
    ['a raw NUL in a text', '{"title":"a\u0000b"}'],
    ['a broken escape', String.raw`{"title":"\x41"}`],
    ['a form', 'title=x&description=y'],
    ['XML', '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'],
  ])('refuses what is not JSON: %s', async (_, body) => {
    await problem(sent(body), 400, 'invalid_json')
  })

  it('refuses its own valid body cut short, anywhere', async () => {
    const body = JSON.stringify(endpoint.body(world))
    for (const length of [1, 2, body.length >> 1, body.length - 2, body.length - 1]) {
      await problem(sent(body.slice(0, length)), 400, 'invalid_json')
    }
  })

  it('refuses bytes that are not UTF-8 (RFC 8259, 8.1)', async () => {
    const own = await newWorld()
    const [before, after] = bodyWith(endpoint, own, ['unknown'], () => '"~"').split('~')
    const [loneByte, overlong, half, surrogate] = [[0xff], [0xc0, 0xaf], [0xe2, 0x82], [0xed, 0xa0, 0x80]]
    const beyondUnicode = [0xf4, 0x90, 0x80, 0x80]
    for (const bytes of [loneByte, overlong, half, surrogate, beyondUnicode]) {
      const body = Uint8Array.from([...encoded(before), ...bytes, ...encoded(after)])
      await problem(call(endpoint, own, { body }), 400, 'invalid_json')
    }
  })

  it('refuses UTF-16', async () => {
    const letters = [...JSON.stringify(endpoint.body(world))]
    const body = Uint8Array.from(letters.flatMap((letter) => [letter.charCodeAt(0), 0]))
    await problem(sent(body), 400, 'invalid_json')
  })

  it.each([
    ['null', 'null'],
    ['a list', '[]'],
    ['the right body in a list', '[{}]'],
    ['a text', '"text"'],
    ['a number', '1e999'],
    ['a boolean', 'true'],
    ['20,000 nested lists', DEEP],
  ])('refuses a body that is %s as a whole', async (_, body) => {
    expect(await fieldsAtFault(sent(body))).toEqual([''])
  })

  it('names every required field, at once, of an empty object', async () => {
    if (required.length === 0) return void (await ok(sent({})))
    expect(await fieldsAtFault(sent({}))).toEqual(required.map((name) => `/${name}`))
  })

  it.each([
    ['null', 'null', ({ isNullable }: Field) => !isNullable],
    ['0', '0', () => true],
    ['an infinite number', '1e999', () => true],
    ['a number that no double holds', '9007199254740993', () => true],
    ['true', 'true', ({ kind }: Field) => kind !== 'boolean'],
    ['the text "true"', '"true"', ({ kind }: Field) => ['names', 'choice', 'boolean'].includes(kind)],
    ['an object', '{"length":5,"0":"x"}', () => true],
    ['a list with null', '[null]', () => true],
  ])('names every field, at once, that is %s', async (_, json, isWrong) => {
    const names = Object.keys(endpoint.fields).filter((name) => isWrong(endpoint.fields[name] as Field))
    if (names.length === 0) return
    expect(await fieldsRefused(sent(bodyWith(endpoint, world, names, () => json)))).toEqual(names.toSorted())
  })

  it.each([
    ['is 20,000 nested lists', DEEP],
    ['cannot be made a text', '{"toString":null,"toJSON":1}'],
    ['is a list of what cannot be made a text', '[{"toString":null,"toJSON":1}]'],
  ])('names each field that %s', async (_, json) => {
    for (const name of Object.keys(endpoint.fields)) {
      expect(await fieldsRefused(sent(bodyWith(endpoint, world, [name], () => json)))).toEqual([name])
    }
  })

  it('drops an unknown field of 20,000 nested lists', async () => {
    const own = await newWorld()
    await ok(call(endpoint, own, { body: bodyWith(endpoint, own, ['unknown'], () => DEEP) }), endpoint.status)
  })

  it('gives a small answer to many thousand wrong entries, and still names every field', async () => {
    const names = Object.keys(endpoint.fields)
    const list = `[${'0,'.repeat(8000 / names.length)}0]`
    const response = await sent(bodyWith(endpoint, world, names, () => list))
    expect((await response.clone().text()).length).toBeLessThan(10_000)
    expect(await fieldsRefused(Promise.resolve(response))).toEqual(names.toSorted())
  })

  it('drops unknown fields, and assigns none of them', async () => {
    const own = await newWorld()
    const unknown = Object.entries(FOREIGN_FIELDS).filter(([name]) => !(name in endpoint.fields))
    const body = { ...endpoint.body(own), ...Object.fromEntries(unknown) }
    const answer = JSON.stringify((await ok(call(endpoint, own, { body }), endpoint.status)) ?? null)
    expect(answer).not.toMatch(/987654321|1999-|intruder/)
    if (!('status' in endpoint.fields)) expect(answer).not.toContain('"accepted"')
    const changesPassword = Object.keys(endpoint.fields).some((name) => /password/i.test(name))
    if (endpoint.who && !changesPassword) await login(own[endpoint.who])
  })

  it('drops prototype keys, and nothing is polluted', async () => {
    const own = await newWorld()
    const keys = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__defineGetter__']
    const evil = '{"polluted":true,"isAdmin":true,"prototype":{"polluted":true}}'
    await ok(call(endpoint, own, { body: bodyWith(endpoint, own, keys, () => evil) }), endpoint.status)
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
    expect('polluted' in {} || 'isAdmin' in {}).toBe(false)
  })

  it('takes no field from __proto__', async () => {
    const body = `{"__proto__":${JSON.stringify(endpoint.body(world))}}`
    if (required.length > 0)
      expect(await fieldsAtFault(sent(body))).toEqual(required.map((name) => `/${name}`))
    else expect(await ok(sent(body))).toEqual(await ok(sent({})))
  })

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    'application/vnd.api+json',
    'text/json',
    'application/json, text/plain',
    'text/plain; application/json',
    '',
  ])('refuses the media type "%s"', async (type) => {
    await problem(call(endpoint, world, { headers: { 'Content-Type': type } }), 415, 'unsupported_media_type')
  })

  it('refuses a body without a media type, and no body at all', async () => {
    const bytes = encoded(JSON.stringify(endpoint.body(world)))
    await problem(raw(endpoint, streamOf(bytes), {}), 415, 'unsupported_media_type')
    await problem(raw(endpoint, null, {}), 415, 'unsupported_media_type')
  })

  it('refuses a body that is compressed, and says so', async () => {
    const body = encoded(JSON.stringify(endpoint.body(world)))
    const zipped = streamOf(body).pipeThrough(new CompressionStream('gzip'))
    const headers = { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' }
    const answer = raw(endpoint, zipped, headers)
    const { detail } = await problem(answer, 415, 'unsupported_media_type')
    expect(detail).toContain('Content-Encoding')
    expect((await answer).headers.get('Accept-Encoding')).toBe('identity')
  })

  it.each(['application/json; charset=utf-8', 'APPLICATION/JSON', 'application/json ;x=y'])(
    'takes the media type "%s"',
    async (type) => {
      const own = await newWorld()
      await ok(call(endpoint, own, { headers: { 'Content-Type': type } }), endpoint.status)
    },
  )

  it('takes a body of exactly 64 KiB', async () => {
    const own = await newWorld()
    const body = JSON.stringify(endpoint.body(own)).padEnd(MAX_BODY_BYTES)
    await ok(call(endpoint, own, { body }), endpoint.status)
  })

  it('refuses a body of one byte more, whether its length is declared or not', async () => {
    const body = JSON.stringify(endpoint.body(world)).padEnd(MAX_BODY_BYTES + 1)
    const declared = { 'Content-Length': String(body.length) }
    await problem(sent(body), 413, 'body_too_large')
    await problem(call(endpoint, world, { body, headers: declared }), 413, 'body_too_large')
    await problem(raw(endpoint, streamOf(encoded(body))), 413, 'body_too_large')
  })

  it('takes a body that breaks off for a fault of whoever sent it', async () => {
    await problem(raw(endpoint, brokenOff(encoded('{"title":'))), 400, 'incomplete_body')
  })

  it('stops reading a body that never ends', async () => {
    let chunks = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        chunks += 1
        controller.enqueue(new Uint8Array(4096).fill(0x20))
      },
    })
    await problem(raw(endpoint, endless), 413, 'body_too_large')
    expect(chunks).toBeLessThan(20)
  })
})

/** What nobody may set. */
const FOREIGN_FIELDS = {
  ...{ id: 987654321, userId: 987654321, ownerId: 987654321, requesterId: 987654321, projectId: 987654321 },
  ...{
    sub: '987654321',
    sid: 'intruder',
    owner: { username: 'intruder' },
    requester: { username: 'intruder' },
  },
  ...{
    createdAt: '1999-12-31T00:00:00Z',
    updatedAt: 0,
    decidedAt: '1999-12-31T00:00:00Z',
    joinedAt: '1999-12-31',
  },
  ...{
    role: 'intruder',
    isAdmin: true,
    status: 'accepted',
    email: 'intruder@example.com',
    username: 'intruder',
  },
  ...{ password: 'intruder intruder', passwordHash: 'intruder', disabledAt: 1, avatarKey: 'intruder' },
  ...{ collaboratorCount: 987654321, collaborators: ['intruder'], counter: 987654321, revokedAt: 1 },
  ...{ expiresIn: 987654321, profile: { bio: 'intruder' }, viewer: { isOwner: true } },
}

/** Sends what the front door's helper does not: a stream, or a body of no type. */
async function raw(
  endpoint: EndpointWithBody,
  body: ReadableStream | null,
  headers: Record<string, string> = { 'Content-Type': 'application/json' },
): Promise<Response> {
  const { method } = methodAndPath(endpoint.route)
  const authorization = endpoint.who && { Authorization: `Bearer ${world[endpoint.who].access}` }
  const request = new Request(ORIGIN + pathOf(endpoint, world), {
    method,
    body,
    headers: { ...headers, ...authorization },
  })
  const context = createExecutionContext()
  const response = await worker.fetch(request, env, context)
  await waitOnExecutionContext(context)
  return response
}

function streamOf(bytes: Uint8Array): ReadableStream {
  return new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += 5000) controller.enqueue(bytes.subarray(at, at + 5000))
      controller.close()
    },
  })
}
