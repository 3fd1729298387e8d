import fc from 'fast-check'
import { ok, send } from './api.ts'
import { type Change, changing, done, type Twist } from './fuzz-targets.ts'

const NAME = 'Idempotency-Key'

/** A twist of the key of those that take one. */
const ofKey = (twist: Omit<Twist, 'changes'> & { change: Change | fc.Arbitrary<Change> }): Twist => ({
  ...twist,
  changes: ({ operation: { parameters = [] } }) =>
    parameters.some(({ name }) => name === NAME) ? twist.change : undefined,
})

const setKey = changing((key: string, shot) => {
  shot.headers[NAME] = key
})
const visible = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code))
const keys = fc.string({ unit: visible, minLength: 1, maxLength: 255 })

/** What what is posted is named by. */
export const KEYS: Twist[] = [
  ofKey({ name: 'a key', change: keys.map(setKey), expected: done }),
  ofKey({
    name: 'a key that is none',
    change: fc
      .oneof(
        fc.constant(''),
        fc.string({ unit: visible, minLength: 256, maxLength: 1000 }),
        fc.tuple(keys, fc.constantFrom(' ', '\t', '\x7f', ', '), keys).map((parts) => parts.join('')),
      )
      .map(setKey),
    expected: () => [400],
  }),
  ofKey({
    name: 'a key that has made something else',
    change: fc.uuid().map(
      changing(async (key, shot) => {
        const { method, path, token } = shot
        const body = { ...(shot.body as object), title: 'Something else' }
        await ok(send(path, { method, token, body, headers: { [NAME]: key } }), 201)
        shot.headers[NAME] = key
      }),
    ),
    expected: () => [422],
  }),
]
