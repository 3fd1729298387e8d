import fc from 'fast-check'
import { send } from './api.ts'
import { changing, done, replaceParam, type Twist } from './fuzz-targets.ts'

const isEmpty = (object: object) => Object.keys(object).length === 0

/** Where it is asked, and how. */
export const PATHS: Twist[] = [
  {
    name: 'nothing that there is',
    changes: (target) =>
      isEmpty(target.pathSchemas)
        ? undefined
        : fc
            .tuple(
              fc.constantFrom(...Object.keys(target.pathSchemas)),
              fc.integer({ min: 10 ** 9, max: Number.MAX_SAFE_INTEGER }),
            )
            .map(changing(([name, number], shot) => replaceParam(shot, target, name, String(number)))),
    expected: () => [404],
    isInWholeWorld: true,
  },
  {
    name: 'a parameter of the path that the document does not allow',
    changes: (target) => {
      const ids = Object.entries(target.pathSchemas).filter(([, { type }]) => type === 'integer')
      return ids.length === 0
        ? undefined
        : fc
            .oneof(
              fc.constantFrom('0', '-1', '1.5', '1e3', '01', '+1', '%31x', '1%00', '%D9%A1', '9'.repeat(400)),
              fc
                .string({ minLength: 1 })
                .filter((text) => !/^(?:[0-9]+|\.\.?)$/.test(text))
                .map(encodeURIComponent),
            )
            .map(changing((id, shot) => replaceParam(shot, target, ids[0]?.[0] ?? '', id)))
    },
    expected: () => [404],
  },
  {
    name: 'a trailing slash',
    changes: () => (shot) => {
      shot.path += '/'
    },
    expected: done,
    isInWholeWorld: true,
  },
  {
    name: 'HEAD',
    changes: ({ isRead }) =>
      isRead
        ? (shot) => {
            shot.method = 'HEAD'
          }
        : undefined,
    expected: done,
    isInWholeWorld: true,
  },
  {
    name: 'a method that is not served',
    changes: ({ endpoint }) =>
      fc
        .constantFrom('PROPFIND', 'LOCK', 'PUT')
        .filter((method) => method !== 'PUT' || !endpoint.route.includes('/me/avatar'))
        .map(
          changing((method, shot, { now }) => {
            Object.assign(shot, { method, token: now.visitor.access, body: undefined })
          }),
        ),
    expected: () => [405],
  },
  {
    name: 'what is known already',
    changes: ({ statuses }) =>
      statuses.includes(304)
        ? async (shot) => {
            const { headers } = await send(shot.path, { token: shot.token })
            shot.headers['If-None-Match'] = headers.get('ETag') ?? ''
          }
        : undefined,
    expected: () => [304],
    isInWholeWorld: true,
  },
]
