import { env } from 'cloudflare:workers'
import { avatarViolations, INVARIANTS, NOTED_AVATARS, SHOWN_AVATARS } from '../../scripts/invariants.ts'
import { keysStored } from './avatars.ts'

/** What does not hold, by the names of the invariants, with what is at fault. */
export type Violations = Record<string, unknown[]>

const select = async (queries: string[]) =>
  (await env.DB.batch<Record<string, unknown>>(queries.map((sql) => env.DB.prepare(sql)))).map(
    ({ results }) => results,
  )

const broken = (found: { name: string; rows: unknown[] }[]): Violations =>
  Object.fromEntries(found.filter(({ rows }) => rows.length > 0).map(({ name, rows }) => [name, rows]))

export async function databaseViolations(): Promise<Violations> {
  const found = await select(INVARIANTS.map(({ violations }) => violations))
  return broken(INVARIANTS.map(({ name }, i) => ({ name, rows: found[i] ?? [] })))
}

/** Everything that does not hold in D1 and between D1 and R2. */
export async function violations(): Promise<Violations> {
  const [shown = [], noted = []] = (await select([SHOWN_AVATARS, NOTED_AVATARS])).map((rows) =>
    rows.map((row) => String(row.key)),
  )
  const avatars = avatarViolations({ shown, noted, stored: await keysStored() })
  return {
    ...(await databaseViolations()),
    ...broken(avatars.map(({ name, keys }) => ({ name, rows: keys }))),
  }
}
