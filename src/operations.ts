import type { Bindings } from './env.ts'

/** What a request asked of its stores, in the units that Cloudflare bills. */
export const NO_OPERATIONS = {
  d1Trips: 0,
  d1RowsRead: 0,
  d1RowsWritten: 0,
  /** Milliseconds that D1 spent on statements, without the way there and back. */
  d1Ms: 0,
  kvReads: 0,
  kvWrites: 0,
  r2Reads: 0,
  r2Writes: 0,
  /** Deletions of R2, which are free. */
  r2Deletes: 0,
  /** Pictures given to Images. */
  pictures: 0,
  /** Calls of Durable Objects. */
  objectCalls: 0,
}

export type Operations = typeof NO_OPERATIONS

const COUNTS: Record<string, Record<string, keyof Operations>> = {
  TOKEN_BLACKLIST: { get: 'kvReads', put: 'kvWrites' },
  AVATARS: { get: 'r2Reads', put: 'r2Writes', delete: 'r2Deletes' },
  IMAGES: { input: 'pictures' },
  // Each object that is asked for is called once.
  PASSWORD_HASHER: { getByName: 'objectCalls' },
}

/** The same bindings, but whatever is asked of them is counted in `operations`. */
export function metered(env: Bindings, operations: Operations): Bindings {
  return new Proxy(env, {
    get(target, name: string) {
      const binding = target[name]
      // A deployment may lack one, and the document is made without any.
      if (typeof binding !== 'object' || binding === null) return binding
      if (name === 'DB') return meteredDatabase(target.DB, operations)
      const counts = COUNTS[name]
      return counts ? counting(binding, counts, operations) : binding
    },
  })
}

function counting(binding: object, counts: Record<string, keyof Operations>, operations: Operations) {
  return wrapped(binding, (method, call) => {
    const name = counts[method]
    if (!name) return call
    return (...args) => {
      operations[name] += 1
      return call(...args)
    }
  })
}

function meteredDatabase<T extends D1Database | D1DatabaseSession>(database: T, operations: Operations): T {
  return wrapped(database, (method, call) => {
    if (method === 'withSession') {
      return (...args) => meteredDatabase(call(...args) as D1DatabaseSession, operations)
    }
    if (method !== 'batch') return call
    return async (...args) => {
      operations.d1Trips += 1
      const results = (await call(...args)) as D1Result[]
      for (const { meta } of results) {
        operations.d1RowsRead += meta.rows_read
        operations.d1RowsWritten += meta.rows_written
        operations.d1Ms += meta.duration
      }
      return results
    }
  })
}

type Call = (...args: unknown[]) => unknown

/** A binding whose methods go through `wrap`. */
function wrapped<T extends object>(binding: T, wrap: (method: string, call: Call) => Call): T {
  return new Proxy(binding, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? wrap(String(key), value.bind(target) as Call) : value
    },
  })
}
