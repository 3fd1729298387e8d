import { Validator } from '@cfworker/json-schema'
import fc from 'fast-check'
import { foldCase } from '../../src/http/text.ts'

/** What the schemas of the document's parameters and bodies are made of. */
export interface Schema {
  type?: 'string' | 'integer' | 'boolean' | 'array' | 'object' | 'null'
  enum?: string[]
  not?: { enum: string[] }
  anyOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  maxItems?: number
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  pattern?: string
  format?: string
}

const validators = new Map<Schema, Validator>()

/** A format is an annotation: what is enforced is in the pattern beside it. */
function fits(schema: Schema, value: unknown): boolean {
  const validator = validators.get(schema) ?? new Validator(withoutFormat(schema) as object, '2020-12')
  validators.set(schema, validator)
  return validator.validate(value).valid
}

const withoutFormat = (schema: unknown): unknown =>
  JSON.parse(JSON.stringify(schema, (key, value) => (key === 'format' ? undefined : value)))

/** As the API reads a text, which no schema can say. */
const asRead = (value: unknown) => (typeof value === 'string' ? value.trim().normalize('NFC') : value)

/** What a text has that may not be empty: no schema can say so of characters that fonts leave blank. */
const SEEN = /[^\s\p{Default_Ignorable_Code_Point}\u2800]/u

/** Values that a schema allows, those at its bounds among them. */
export function valid(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(valid))
  if (schema.enum) return fc.constantFrom(...schema.enum)
  switch (schema.type) {
    case 'null':
      return fc.constant(null)
    case 'boolean':
      return fc.boolean()
    case 'integer':
      return integers(schema)
    case 'array':
      return lists(schema)
    case 'object':
      return fc.record(
        Object.fromEntries(
          Object.entries(schema.properties ?? {}).map(([name, each]) => [name, valid(each)]),
        ),
        { requiredKeys: schema.required ?? [] },
      )
    case 'string':
      return (schema.format === 'password' ? passwords(schema) : strings(schema)).filter(
        (text) => fits(schema, text) && fits(schema, asRead(text)) && (!schema.minLength || SEEN.test(text)),
      )
    default:
      throw new Error(`The fuzz knows no values for ${JSON.stringify(schema)}.`)
  }
}

const integers = ({ minimum: min = -(2 ** 31), maximum: max = 2 ** 31 }: Schema) =>
  fc.oneof(fc.constantFrom(min, max), fc.integer({ min, max }))

function lists({ items = {}, maxItems = 20 }: Schema): fc.Arbitrary<unknown[]> {
  const listed = (bounds: { minLength?: number; maxLength: number }) =>
    fc.uniqueArray(valid(items), { ...bounds, selector: (item) => foldCase(asRead(item) as string) })
  return fc.oneof(
    { weight: 3, arbitrary: listed({ maxLength: 4 }) },
    { weight: 1, arbitrary: listed({ minLength: maxItems, maxLength: maxItems }) },
  )
}

const anyText = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', maxLength: 20 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
)

/** Free text of any length, or what a pattern spells out. */
function strings({ minLength: min = 0, maxLength: max = 100, pattern }: Schema): fc.Arbitrary<string> {
  const length = fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, fc.constantFrom(min, max))
  if (pattern === undefined || new RegExp(pattern, 'u').test('x 🦀 x')) {
    return fc
      .tuple(anyText, length)
      .map(([text, to]) => ofLength(text, to ?? Math.max(min, [...text].length)))
  }
  const matches = fc.stringMatching(new RegExp(pattern, 'u'))
  return fc.tuple(matches, length).map(([text, to]) => {
    const stretched = text.padStart(to ?? 0, 'a')
    return new RegExp(pattern, 'u').test(stretched) ? stretched : text
  })
}

/** None that is refused for being easy. */
const passwords = ({ maxLength = 256 }: Schema) =>
  fc
    .tuple(anyText, fc.constantFrom(undefined, maxLength))
    .map(([text, to]) => ofLength(`kX9~Wq2!${text}`, to ?? [...text].length + 8))

/** The text again and again, cut at `length` code points. */
function ofLength(text: string, length: number): string {
  const characters = [...(text || 'x')]
  return Array.from({ length }, (_, i) => characters[i % characters.length]).join('')
}

/** Values of the wrong type for most fields; a text of 100 characters is none of these. */
const strangers = fc.constantFrom<unknown>(
  null,
  0,
  -1,
  1.5,
  true,
  '',
  ' ',
  [],
  [null],
  [[]],
  {},
  { length: 1 },
  'null',
  ['x', 'x'],
)

/** Values that a schema does not allow: most of them for one thing that is off by one. */
export function broken(schema: Schema): fc.Arbitrary<unknown> {
  return fc
    .oneof(
      { weight: 1, arbitrary: strangers },
      { weight: 6, arbitrary: schema.type === 'object' ? brokenObjects(schema) : spoilt(schema) },
    )
    .filter((value) => !fits(schema, value) && !fits(schema, asRead(value)))
}

/** One field broken, or missing. */
function brokenObjects({ properties = {}, required = [] }: Schema): fc.Arbitrary<unknown> {
  const whole = valid({ type: 'object', properties, required: Object.keys(properties) })
  const fields = Object.entries(properties).map(([name, each]) =>
    fc.tuple(whole, broken(each)).map(([body, value]) => ({ ...(body as object), [name]: value })),
  )
  const missing = required.map((name) =>
    whole.map((body) => Object.fromEntries(Object.entries(body as object).filter(([each]) => each !== name))),
  )
  return fc.oneof(...fields, ...missing)
}

function spoilt(schema: Schema): fc.Arbitrary<unknown> {
  const { minLength = 0, maxLength = 100, maxItems = 20, minimum = 1, maximum = 100, items } = schema
  const one = valid(schema)
  if (schema.type === 'array') {
    const tooMany = fc.array(valid(items ?? {}), { minLength: maxItems + 1, maxLength: maxItems + 1 })
    return fc.oneof(
      fc.tuple(one, broken(items ?? {})).map(([list, item]) => [...(list as unknown[]), item]),
      one.map((list) => [...(list as unknown[]), ...(list as unknown[])]),
      tooMany,
    )
  }
  if (schema.type === 'integer') return fc.constantFrom(minimum - 1, maximum + 1, minimum + 0.5)
  return one.chain((value) => {
    const text = typeof value === 'string' ? value : 'x'
    return fc.constantFrom(
      ...(schema.not?.enum ?? []).slice(0, 3),
      text.toUpperCase(),
      `${text}x`,
      text.padStart(maxLength + 1, 'x'),
      ofLength(text, maxLength + 1),
      [...text].slice(0, Math.max(0, minLength - 1)).join(''),
      `${text.slice(0, 1)}\u0000${text.slice(1)}`,
      `${text}\u0085x`,
      `${text} x`,
      `${text}/../x`,
    )
  })
}
