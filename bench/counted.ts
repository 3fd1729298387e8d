/** The API as deployed, but that it tells in headers what each answer cost D1. Good for one request at a time. */
import { app } from '../src/app.ts'
import type { Bindings } from '../src/env.ts'

export { PasswordHasher } from '../src/accounts/password-hasher.ts'

let cost = { trips: 0, rowsRead: 0, rowsWritten: 0, milliseconds: 0 }
// Made once, since settings are read once for each environment.
let environment: Bindings | undefined

export default {
  async fetch(request, env, context) {
    environment ??= { ...env, DB: counting(env.DB) }
    cost = { trips: 0, rowsRead: 0, rowsWritten: 0, milliseconds: 0 }
    const { status, headers, body } = await app.fetch(request, environment, context)
    return new Response(body, { status, headers: [...headers, ['X-D1-Cost', JSON.stringify(cost)]] })
  },
} satisfies ExportedHandler<Bindings>

/** A database whose every batch is added to `cost`. The API calls nothing of it but these two. */
function counting(d1: D1Database): D1Database {
  return {
    prepare: (query: string) => d1.prepare(query),
    async batch(statements: D1PreparedStatement[]) {
      cost.trips++
      const results = await d1.batch(statements)
      for (const { meta } of results) {
        cost.rowsRead += meta.rows_read
        cost.rowsWritten += meta.rows_written
        cost.milliseconds += meta.duration
      }
      return results
    },
  } as unknown as D1Database
}
