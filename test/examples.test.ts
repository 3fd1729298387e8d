import { describe, expect, it } from 'vitest'
import { ANSWER_EXAMPLES, BODY_EXAMPLES } from '../scripts/openapi/examples.ts'
import { ok, problem, send } from './support/api.ts'
import { methodAndPath } from './support/endpoints.ts'
import { apiDocument, type DescribedOperation, describedOperations, expectValid } from './support/openapi.ts'
import { register } from './support/world.ts'

const operations = await describedOperations()
const { components } = await apiDocument()

/** The JSON bodies that the document tells of, by their operations. */
const bodies = new Map(
  [...operations].flatMap(([route, { operationId, requestBody }]) => {
    const json = requestBody?.content['application/json']
    return json ? [[operationId, { route, ...json }] as const] : []
  }),
)

describe('The examples of bodies', () => {
  it('are in the document: one of each, and of nothing else', () => {
    expect(Object.fromEntries([...bodies].map(([name, { example }]) => [name, example]))).toStrictEqual(
      BODY_EXAMPLES,
    )
  })

  it.each([...bodies])('are what the document says of them: %s', async (name, { schema, example }) => {
    await expectValid(name, schema, example)
  })

  it('are all taken, one after the other', async () => {
    const said = new Set<string>()
    const say = async (name: string, { id = 0, token = '', with: known = {} } = {}) => {
      said.add(name)
      const { route = '', example } = bodies.get(name) ?? {}
      const { method, path } = methodAndPath(route)
      const body = { ...Object(example), ...known }
      return send(path.replace(':id', String(id)), { method, body, ...(token && { token }) })
    }

    const { access: gone } = await ok(say('register'), 201)
    await ok(say('deleteMe', { token: gone }), 204)
    await ok(say('register'), 201)
    const { access: token, refresh } = await ok(say('login'))
    await ok(say('updateMe', { token }))
    const { id } = await ok(say('createProject', { token }), 201)
    await ok(say('updateProject', { token, id }))
    const linus = await register()
    const request = await ok(say('createRequest', { token: linus.access, id }), 201)
    await ok(say('decideRequest', { token, id: request.id }))
    // No example can be a token that lives. This one is looked at, and is none.
    for (const name of ['refresh', 'logout']) await problem(say(name), 401, 'unauthenticated')
    const pair = await ok(say('refresh', { with: { refresh } }))
    const { refresh: another } = await ok(say('changePassword', { token: pair.access }))
    await ok(say('logout', { with: { refresh: another } }), 204)
    expect([...said].sort()).toStrictEqual([...bodies.keys()].sort())
  })
})

describe('The examples of answers', () => {
  it('are in the document: one of each schema with a name, but for problems, which are told by their codes', () => {
    const shown = Object.entries(components.schemas).map(([name, { examples }]) => [name, examples])
    const expected = Object.entries(ANSWER_EXAMPLES).map(([name, example]) => [name, [example]])
    expect(Object.fromEntries(shown)).toStrictEqual({ ...Object.fromEntries(expected), Problem: undefined })
  })

  it.each(Object.entries(ANSWER_EXAMPLES))(
    'are what the document says of them: %s',
    async (name, example) => {
      await expectValid(name, { $ref: `#/components/schemas/${name}` }, example)
    },
  )
})

describe('The example of a 422', () => {
  const faults = [...operations].flatMap(([route, { responses }]) => {
    const examples = responses[422]?.content?.['application/problem+json']?.examples
    // A picture is no JSON, and has tests of its own.
    return route.startsWith('PUT ')
      ? []
      : (examples?.validation_failed?.value.errors ?? []).map((fault) => [route, fault] as const)
  })

  it('is there for every body and every page', () => {
    const isPaged = ([, { parameters = [] }]: [string, DescribedOperation]) =>
      parameters.some(({ name }) => name === 'limit')
    const paged = [...operations].filter(isPaged).map(([route]) => route)
    const routes = [...paged, ...Array.from(bodies.values(), ({ route }) => route)]
    expect(faults.map(([route]) => route).sort()).toEqual(routes.sort())
  })

  it.each(faults)('is what the API says: %s', async (route, fault) => {
    const { method, path } = methodAndPath(route)
    const { access: token } = await register()
    const name = fault.pointer.slice(1)
    const wrong = fault.pointer.startsWith('?')
      ? { query: `?${name}=0` }
      : { query: '', body: fault.message.startsWith('must be of type') ? { [name]: 5 } : {} }
    const attempt = send(path.replace(':id', '1') + wrong.query, { method, token, body: wrong.body })
    expect((await problem(attempt, 422, 'validation_failed')).errors).toContainEqual(fault)
  })
})
