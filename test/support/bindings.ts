import { env } from 'cloudflare:workers'
import type { Bindings } from '../../src/env.ts'

/** What a request did to its stores. */
export interface Operations {
  d1Trips: number
  kvReads: number
  kvWrites: number
  r2Reads: number
  r2Writes: number
  r2Deletes: number
  /** Pictures given to Images. */
  pictures: number
}

export const NO_OPERATIONS: Operations = {
  d1Trips: 0,
  kvReads: 0,
  kvWrites: 0,
  r2Reads: 0,
  r2Writes: 0,
  r2Deletes: 0,
  pictures: 0,
}

/** Bindings that count what is sent through them. */
export function counting(): { env: Partial<Bindings>; operations: Operations } {
  const operations = { ...NO_OPERATIONS }
  const counted = <T extends object>(real: T, names: Partial<Record<keyof T & string, keyof Operations>>) =>
    before(real, Object.keys(names) as (keyof T & string)[], (method) => {
      const name = names[method]
      if (name) operations[name] += 1
    })
  return {
    operations,
    env: {
      DB: onTrip(env.DB, () => {
        operations.d1Trips += 1
      }),
      TOKEN_BLACKLIST: counted(env.TOKEN_BLACKLIST, { get: 'kvReads', put: 'kvWrites' }),
      AVATARS: counted(env.AVATARS, {
        get: 'r2Reads',
        head: 'r2Reads',
        list: 'r2Reads',
        put: 'r2Writes',
        delete: 'r2Deletes',
      }),
      ...(env.IMAGES && { IMAGES: counted(env.IMAGES, { input: 'pictures', info: 'pictures' }) }),
    },
  }
}

/** A binding that calls `act` ahead of these methods. */
function before<T extends object, Name extends keyof T & string>(
  real: T,
  methods: Name[],
  act: (method: Name) => void,
): T {
  const replaced = methods.map((method) => [
    method,
    (...args: unknown[]) => {
      act(method)
      return (real[method] as (...args: unknown[]) => unknown).apply(real, args)
    },
  ])
  return wrapped(real, Object.fromEntries(replaced))
}

/** A D1 that calls `before` ahead of every round trip, numbered from 1; if that throws, the trip fails so. */
export function onTrip(db: D1Database, before: (trip: number) => void | Promise<void>): D1Database {
  let trips = 0
  const statement = (real: D1PreparedStatement): D1PreparedStatement =>
    wrapped(real, {
      bind: (...values: unknown[]) => statement(real.bind(...values)),
      ...Object.fromEntries(
        (['all', 'run', 'first', 'raw'] as const).map((method) => [
          method,
          async (...args: never[]) => {
            await before(++trips)
            return (real[method] as (...args: never[]) => unknown)(...args)
          },
        ]),
      ),
      real,
    })
  return wrapped(db, {
    prepare: (query: string) => statement(db.prepare(query)),
    batch: async (statements: D1PreparedStatement[]) => {
      await before(++trips)
      return db.batch(statements.map((each) => (each as unknown as { real: D1PreparedStatement }).real))
    },
  })
}

/** A KV that fails at everything. */
export const brokenKv = wrapped(env.TOKEN_BLACKLIST, {
  get: () => Promise.reject(new Error('KV is down')),
  put: () => Promise.reject(new Error('KV is down')),
})

/** A D1 that fails at everything. */
export const brokenD1 = onTrip(env.DB, () => {
  throw new Error('D1_ERROR: Network connection lost.')
})

/** A binding in which some methods are replaced. */
export function wrapped<T extends object>(real: T, replaced: Record<string, unknown>): T {
  return new Proxy(real, {
    get(target, key) {
      if (typeof key === 'string' && key in replaced) return replaced[key]
      const value = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

export interface Statement {
  sql: string
  values: unknown[]
}

/** A D1 that remembers the statements sent through it, as they were sent, and what they cost. */
export function recording(): { db: D1Database; sent: Statement[]; results: D1Result[] } {
  const sent: Statement[] = []
  const results: D1Result[] = []
  const statements = new WeakMap<D1PreparedStatement, Statement>()
  const statement = (real: D1PreparedStatement, sql: string, values: unknown[]): D1PreparedStatement => {
    statements.set(real, { sql, values })
    return wrapped(real, { bind: (...bound: unknown[]) => statement(real.bind(...bound), sql, bound), real })
  }
  const db = wrapped(env.DB, {
    prepare: (sql: string) => statement(env.DB.prepare(sql), sql, []),
    batch: async (batch: D1PreparedStatement[]) => {
      const reals = batch.map((each) => (each as unknown as { real: D1PreparedStatement }).real)
      sent.push(...reals.map((real) => statements.get(real) ?? { sql: '', values: [] }))
      const answers = await env.DB.batch(reals)
      results.push(...answers)
      return answers
    },
  })
  return { db, sent, results }
}
