import type fc from 'fast-check'
import { PUBLIC_ROUTES } from '../../src/app.ts'
import { type Endpoint, endpointOf } from './endpoints.ts'
import type { Schema } from './fuzz-values.ts'
import type { FuzzWorld, Shot } from './fuzz-world.ts'
import { type DescribedOperation, describedOperations } from './openapi.ts'

/** An operation of the document, and the endpoint that it describes. */
export interface Target {
  endpoint: Endpoint
  operation: DescribedOperation
  /** By name; those of the path and those of the query. */
  pathSchemas: Record<string, Schema>
  querySchemas: Record<string, Schema>
  bodySchema: Schema | undefined
  isRead: boolean
  isPublic: boolean
  /** Whether it looks at a token that is sent: a public write does not. */
  isGuarded: boolean
  /** The statuses that the document has, but for those of broken stores and limits. */
  statuses: number[]
}

/** What turns the right request into another one. */
export type Change = (shot: Shot, world: FuzzWorld) => void | Promise<void>

/** For `map` of an arbitrary: the change that each of its values makes. */
export const changing =
  <T>(change: (value: T, ...args: Parameters<Change>) => ReturnType<Change>) =>
  (value: T): Change =>
  (...args) =>
    change(value, ...args)

/** Puts a text, as it is, where a parameter of the path stands. */
export function replaceParam(shot: Shot, { endpoint }: Target, name: string, text: string): void {
  const at = endpoint.route.split(' ')[1]?.split('/').indexOf(`:${name}`) ?? -1
  shot.path = shot.path.split('/').with(at, text).join('/')
}

/** One way for a request to differ from the right one, and the statuses that may come of it. */
export interface Twist {
  name: string
  /** One, or any of many; undefined where it does not apply. */
  changes(target: Target): Change | fc.Arbitrary<Change> | undefined
  expected(target: Target): number[]
  /** How many changes to try in a row, where it is not a few. */
  runs?: number
  /** Whether that takes a world in which nothing is spent. */
  isInWholeWorld?: true
}

export async function targets(): Promise<Target[]> {
  return [...(await describedOperations())].map(([route, operation]) => {
    const endpoint = endpointOf(route)
    const schemasIn = (place: string) =>
      Object.fromEntries(
        (operation.parameters ?? [])
          .filter((parameter) => parameter.in === place)
          .map(({ name, schema }) => [name, schema]),
      )
    const isRead = route.startsWith('GET ')
    const isPublic = PUBLIC_ROUTES.has(route)
    return {
      endpoint,
      operation,
      pathSchemas: schemasIn('path'),
      querySchemas: schemasIn('query'),
      bodySchema: operation.requestBody?.content['application/json']?.schema,
      isRead,
      isPublic,
      isGuarded: isRead || !isPublic,
      statuses: Object.keys(operation.responses)
        .map(Number)
        .filter((status) => status < 500 && status !== 429),
    }
  })
}

/** It is done, unless something else of the kind was done before. */
export const done = ({ endpoint, statuses }: Target) => [
  endpoint.status,
  ...statuses.filter((status) => status === 409),
]

const REQUEST_AT_FAULT = [400, 413, 415, 422]

/** Whatever is there and whoever asks, nothing is wrong with the request itself. */
export const notAtFault = ({ statuses }: Target) =>
  statuses.filter((status) => !REQUEST_AT_FAULT.includes(status))

/** Whatever an operation may answer while the stores work: another one may be what was asked for. */
export const anything = () => [200, 201, 204, 304, 400, 401, 403, 404, 405, 409, 413, 415, 422]
