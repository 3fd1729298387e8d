import fc from 'fast-check'
import { type Change, changing, done, notAtFault, type Twist } from './fuzz-targets.ts'
import { broken, valid } from './fuzz-values.ts'
import type { Shot } from './fuzz-world.ts'

const MAX_JSON_BYTES = 64 * 1024

/** A twist of the body of those that take JSON. */
const ofJson = (twist: Omit<Twist, 'changes'> & { change: Change | fc.Arbitrary<Change> }): Twist => ({
  ...twist,
  changes: ({ bodySchema }) => bodySchema && twist.change,
})

const textOf = (shot: Shot) => JSON.stringify(shot.body)
const setBody =
  (bodyOf: (shot: Shot) => unknown): Change =>
  (shot) => {
    shot.body = bodyOf(shot)
  }

/** What is sent where JSON is due. */
export const BODIES: Twist[] = [
  {
    name: 'a valid body',
    runs: 12,
    changes: ({ bodySchema, endpoint }) =>
      bodySchema &&
      fc.tuple(valid(bodySchema), fc.subarray(Object.keys(endpoint.fields ?? {}))).map(
        changing(([body, own], shot) => {
          const kept = Object.entries(shot.body as object).filter(([name]) => own.includes(name))
          shot.body = { ...(body as object), ...Object.fromEntries(kept) }
        }),
      ),
    expected: notAtFault,
    isInWholeWorld: true,
  },
  {
    name: 'a valid body but for the secrets',
    runs: 12,
    changes: ({ bodySchema, endpoint }) =>
      bodySchema &&
      valid(bodySchema).map(
        changing((body, shot) => {
          const isSecret = (name: string) => {
            const { kind, min } = endpoint.fields?.[name] ?? {}
            // A password that is to be kept has eight characters; one that is there already is to be the right one.
            return kind === 'opaque' || (kind === 'password' && min === 1)
          }
          const secrets = Object.entries(shot.body as object).filter(([name]) => isSecret(name))
          shot.body = { ...(body as object), ...Object.fromEntries(secrets) }
        }),
      ),
    expected: done,
    isInWholeWorld: true,
  },
  {
    name: 'a body that breaks the schema',
    runs: 40,
    changes: ({ bodySchema }) =>
      bodySchema &&
      broken(bodySchema).map(
        changing((body, shot) => {
          // A text would be sent as it is.
          shot.body = typeof body === 'string' ? JSON.stringify(body) : body
        }),
      ),
    expected: () => [422],
  },
  ofJson({
    name: 'fields that nobody knows',
    change: fc
      .dictionary(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.jsonValue(), { minKeys: 1, maxKeys: 4 })
      .map(
        changing((unknown, shot) => {
          shot.body = { ...unknown, ...(shot.body as object) }
        }),
      ),
    expected: done,
    isInWholeWorld: true,
  }),
  ofJson({
    name: 'a field twice',
    change: (shot) => {
      const [name = ''] = Object.keys(shot.body as object)
      // Of two values the last one counts.
      shot.body = `{${JSON.stringify(name)}:[],${textOf(shot).slice(1)}`
    },
    expected: done,
    isInWholeWorld: true,
  }),
  ofJson({
    name: 'a body cut short',
    change: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }).map(
      changing((share, shot) => {
        shot.body = textOf(shot).slice(0, Math.floor(textOf(shot).length * share))
      }),
    ),
    expected: () => [400],
  }),
  ofJson({
    name: 'bytes that are not UTF-8',
    change: fc
      .tuple(fc.constantFrom([0xff], [0xc0, 0xaf], [0xe2, 0x82], [0xed, 0xa0, 0x80]), fc.nat({ max: 1000 }))
      .map(
        changing(([bytes, at], shot) => {
          const body = [...new TextEncoder().encode(textOf(shot))]
          body.splice(at % body.length, 0, ...bytes)
          shot.body = Uint8Array.from(body)
        }),
      ),
    expected: () => [400],
  }),
  ofJson({
    name: 'another media type',
    change: fc
      .constantFrom(
        '',
        'text/plain',
        'text/json',
        'application/xml',
        'application/jsonp',
        'application/json, text/plain',
        'multipart/form-data; boundary=x',
        'application/x-www-form-urlencoded',
        'image/png',
        '*/*',
      )
      .map(
        changing((type, shot) => {
          shot.headers['Content-Type'] = type
        }),
      ),
    expected: () => [415],
  }),
  ofJson({
    name: 'a media type in other words',
    change: fc
      .constantFrom('application/json; charset=utf-8', 'APPLICATION/JSON', 'application/json ;x=y')
      .map(
        changing((type, shot) => {
          shot.headers['Content-Type'] = type
        }),
      ),
    expected: done,
    isInWholeWorld: true,
  }),
  ofJson({
    name: 'as much as may be sent',
    change: setBody((shot) => padded(shot, MAX_JSON_BYTES)),
    expected: done,
    isInWholeWorld: true,
  }),
  ofJson({
    name: 'a byte more than may be sent',
    change: setBody((shot) => padded(shot, MAX_JSON_BYTES + 1)),
    expected: () => [413],
  }),
]

/** With spaces behind it. */
function padded(shot: Shot, length: number): Uint8Array {
  const bytes = new Uint8Array(length).fill(0x20)
  bytes.set(new TextEncoder().encode(textOf(shot)))
  return bytes
}
