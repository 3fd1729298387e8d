import fc from 'fast-check'
import { brokenOff } from './api.ts'
import { hostileInUrl, hostileJson, hostileText, ODD_HEADERS } from './fuzz-hostile-values.ts'
import { anything, changing, done, replaceParam, type Target, type Twist } from './fuzz-targets.ts'

/** Undefined where it does not. */
const takesBody = ({ endpoint }: Target) => (endpoint.body || endpoint.picture ? true : undefined)

/** What nobody sends by mistake. */
export const HOSTILITIES: Twist[] = [
  {
    name: 'a hostile parameter of the path',
    runs: 30,
    changes: (target) => {
      const names = Object.keys(target.pathSchemas)
      if (names.length === 0) return undefined
      return fc
        .tuple(fc.constantFrom(...names), hostileInUrl)
        .map(changing(([name, text], shot) => replaceParam(shot, target, name, text)))
    },
    expected: anything,
  },
  {
    name: 'a hostile path',
    changes: () =>
      fc.tuple(fc.nat({ max: 2 }), hostileInUrl).map(
        changing(([fromEnd, text], shot) => {
          const segments = shot.path.split('/')
          shot.path = segments.with(Math.max(2, segments.length - 1 - fromEnd), text).join('/')
        }),
      ),
    expected: anything,
  },
  {
    name: 'a hostile query',
    changes: ({ querySchemas }) =>
      fc
        .array(fc.tuple(fc.constantFrom(...Object.keys(querySchemas), 'x'), hostileInUrl), {
          minLength: 1,
          maxLength: 4,
        })
        .map(
          changing((query, shot) => {
            shot.path += `?${query.map((pair) => pair.join('=')).join('&')}`
          }),
        ),
    expected: anything,
  },
  {
    name: 'hostile fields',
    runs: 12,
    changes: ({ endpoint, bodySchema }) =>
      bodySchema &&
      fc
        .dictionary(fc.constantFrom(...Object.keys(endpoint.fields ?? {}), '__proto__'), hostileJson, {
          minKeys: 1,
          maxKeys: 3,
        })
        .map(
          changing((fields, shot) => {
            const replaced = Object.entries(fields).map(([name, json]) => `,${JSON.stringify(name)}:${json}`)
            shot.body = `${JSON.stringify(shot.body).slice(0, -1)}${replaced.join('')}}`
          }),
        ),
    expected: anything,
  },
  {
    name: 'a hostile body',
    changes: ({ bodySchema, isRead }) =>
      isRead
        ? undefined
        : fc
            .oneof(
              hostileJson,
              hostileText.map((text) => text.toWellFormed()),
              fc.json(),
              fc.uint8Array({ maxLength: 300 }),
            )
            .map(
              changing((body, shot) => {
                Object.assign(shot, { body, headers: bodySchema ? {} : shot.headers })
              }),
            ),
    expected: anything,
  },
  {
    name: 'odd headers',
    changes: () =>
      fc
        .constantFrom(...Object.keys(ODD_HEADERS))
        .chain((name) => fc.constantFrom(...(ODD_HEADERS[name] ?? [])).map((value) => [name, value] as const))
        .map(
          changing(([name, value], shot) => {
            shot.headers[name] = value
          }),
        ),
    // Any tag there is, is the right one for `*`.
    expected: (target) => [...done(target), ...target.statuses.filter((status) => status === 304)],
    isInWholeWorld: true,
  },
  {
    name: 'a body that is said to be compressed',
    changes: (target) =>
      takesBody(target) &&
      fc.constantFrom('gzip', 'br', 'x').map(
        changing((coding, shot) => {
          shot.headers['Content-Encoding'] = coding
        }),
      ),
    expected: () => [415],
  },
  {
    name: 'a body that breaks off',
    changes: (target) =>
      takesBody(target) &&
      fc.uint8Array({ maxLength: 300 }).map(
        changing((bytes, shot) => {
          shot.body = brokenOff(bytes)
        }),
      ),
    expected: () => [400],
  },
  {
    name: 'an odd Content-Length',
    changes: ({ isRead }) =>
      isRead
        ? undefined
        : fc.constantFrom('-1', '0', 'x', '1e9', '999999999999', '').map(
            changing((length, shot) => {
              shot.headers['Content-Length'] = length
            }),
          ),
    expected: (target) => [...done(target), ...target.statuses.filter((status) => status === 413)],
    isInWholeWorld: true,
  },
  {
    name: 'an odd Authorization',
    changes: () =>
      fc
        .constantFrom(
          '',
          'Bearer',
          'Bearer ',
          'bearer x',
          'Basic eDp5',
          'Digest x',
          'Bearer  x y',
          'x'.repeat(9000),
          'Bearer null',
        )
        .map(
          changing((value, shot) => {
            Object.assign(shot, { token: undefined, headers: { ...shot.headers, Authorization: value } })
          }),
        ),
    expected: (target) => (target.isGuarded ? [401] : anything()),
  },
]
