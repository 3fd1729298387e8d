import fc from 'fast-check'
import { changing, done, notAtFault, type Twist } from './fuzz-targets.ts'
import { broken, type Schema, valid } from './fuzz-values.ts'

const isEmpty = (object: object) => Object.keys(object).length === 0

/** Values of a parameter as a query has them: each is one `name=value`. */
const inQuery = (value: unknown): string[] => [value].flat().map(String)

const chosen = (schemas: Record<string, Schema>) => fc.constantFrom(...Object.entries(schemas))
const BLANK = /^\s*$/

/** Queries that the document allows. That relevance takes words is said in words. A cursor comes from an answer. */
const validQueries = (schemas: Record<string, Schema>) => {
  const { cursor: _, ...others } = schemas
  return fc
    .record(Object.fromEntries(Object.entries(others).map(([name, schema]) => [name, valid(schema)])), {
      requiredKeys: [],
    })
    .filter((query) => query.sort !== 'relevance' || !BLANK.test(String(query.q ?? '')))
    .map((query) =>
      Object.entries(query).flatMap(([name, value]) =>
        inQuery(value).map((each): [string, string] => [name, each]),
      ),
    )
}

/** Texts that stand for no value of the schema. */
function brokenInQuery(schema: Schema): fc.Arbitrary<string[]> {
  const { minimum = 0, maximum = 0 } = schema
  if (schema.type === 'integer') {
    return fc
      .constantFrom(
        `${minimum - 1}`,
        `${maximum + 1}`,
        '-1',
        '1.5',
        '1e1',
        '0x1',
        '',
        ' 1',
        '1 ',
        'x',
        '٣',
        'null',
      )
      .map((each) => [each])
  }
  if (schema.type === 'boolean') {
    return fc.constantFrom('TRUE', '1', '0', '', 'yes', 'true ', 'null').map((each) => [each])
  }
  const isText = (value: unknown) => typeof value === 'string'
  const canBeSent = (value: unknown) =>
    schema.type === 'array' ? Array.isArray(value) && value.length > 0 && value.every(isText) : isText(value)
  return broken(schema).filter(canBeSent).map(inQuery)
}

/** What is asked for, of those that take a query. */
export const QUERIES: Twist[] = [
  {
    name: 'a valid query',
    runs: 12,
    changes: ({ querySchemas }) =>
      isEmpty(querySchemas)
        ? undefined
        : validQueries(querySchemas).map(
            changing((query, shot) => {
              shot.query = query
            }),
          ),
    expected: done,
    isInWholeWorld: true,
  },
  {
    name: 'a query that breaks the schema',
    runs: 30,
    changes: ({ querySchemas }) => {
      const { cursor: _, ...schemas } = querySchemas
      return isEmpty(schemas)
        ? undefined
        : fc.tuple(validQueries(schemas), chosen(schemas)).chain(([query, [name, schema]]) =>
            brokenInQuery(schema).map(
              changing((values, shot) => {
                const others = query.filter(([each]) => each !== name)
                shot.query = [...others, ...values.map((value): [string, string] => [name, value])]
              }),
            ),
          )
    },
    expected: () => [422],
  },
  {
    name: 'a parameter twice that is to be given once',
    changes: ({ querySchemas }) => {
      const single = Object.fromEntries(
        Object.entries(querySchemas).filter(([, { type }]) => type !== 'array'),
      )
      return isEmpty(single)
        ? undefined
        : chosen(single).chain(([name, schema]) =>
            valid(schema).map(
              changing((value, shot) => {
                shot.query = [
                  [name, String(value)],
                  [name, String(value)],
                ]
              }),
            ),
          )
    },
    expected: () => [422],
  },
  {
    name: 'a parameter that nobody knows',
    changes: () =>
      fc
        .array(
          fc.tuple(
            fc.constantFrom('x', 'limit[]', 'LIMIT', 'id', '__proto__', 'constructor', 'toString', ''),
            fc.string(),
          ),
          { minLength: 1, maxLength: 5 },
        )
        .map(
          changing((query, shot) => {
            shot.query = query
          }),
        ),
    expected: done,
    isInWholeWorld: true,
  },
  {
    name: 'a broken cursor',
    changes: ({ querySchemas }) =>
      querySchemas.cursor
        ? fc
            .oneof(
              fc.string({ maxLength: 30 }),
              fc.stringMatching(/^\d{1,3}(-\d{1,3}){0,4}\.[\w-]{12}$/),
              fc.constantFrom('', '0', '1.', '..', '%', '-1', 'x'.repeat(5000)),
            )
            .map(
              changing((cursor, shot) => {
                shot.query = [['cursor', cursor]]
              }),
            )
        : undefined,
    expected: () => [400],
  },
  {
    name: 'the next page',
    changes: ({ endpoint, querySchemas }) =>
      querySchemas.cursor
        ? (shot, { nextPages }) => {
            const next = nextPages.get(endpoint.route)
            if (next === undefined) shot.query = [['limit', '1']]
            else Object.assign(shot, { path: new URL(next).pathname, query: [...new URL(next).searchParams] })
          }
        : undefined,
    expected: notAtFault,
  },
]
