import { avatarViolations, INVARIANTS, NOTED_AVATARS, SHOWN_AVATARS } from '../invariants.ts'
import { plural, printable, Refusal, type Stores, type Terminal } from './stores.ts'

const SHOWN_AT_MOST = 10

/** A range of keys is left open at its end by NULL. */
const IN_RANGE = 'key > ?1 AND (?2 IS NULL OR key <= ?2)'
const SHOWN = `SELECT key FROM (${SHOWN_AVATARS}) WHERE ${IN_RANGE}`
const NOTED = `SELECT key FROM (${NOTED_AVATARS}) WHERE ${IN_RANGE}`

/** Checks everything that must hold and prints what does not. @throws `Refusal` if anything does not, or was not checked */
export async function verify(stores: Stores, terminal: Terminal): Promise<void> {
  const broken = [...(await violationsOfDatabase(stores)), ...(await violationsOfAvatars(stores))]
  for (const { name, rows, failure } of broken) {
    terminal.print(
      failure ? `UNCHECKED  ${name}: ${failure}` : `BROKEN  ${name}: ${plural(rows.length, 'row')} at fault`,
    )
    for (const row of rows.slice(0, SHOWN_AT_MOST))
      terminal.print(`        ${printable(JSON.stringify(row))}`)
  }
  if (broken.length > 0) throw new Refusal(`${plural(broken.length, 'invariant')} broken or unchecked.`)
  terminal.print(`All ${INVARIANTS.length} invariants of the database hold, and those of the avatars.`)
}

interface Violation {
  name: string
  /** What is at fault. */
  rows: unknown[]
  /** Why it could not be told. */
  failure?: string
}

/** One statement at a time: D1 gives each 30 seconds, which a large database may need more of. */
async function violationsOfDatabase({ DB }: Stores): Promise<Violation[]> {
  const broken: Violation[] = []
  for (const { name, violations } of INVARIANTS) {
    try {
      const { results } = await DB.prepare(violations).all()
      if (results.length > 0) broken.push({ name, rows: results })
    } catch (error) {
      broken.push({ name, rows: [], failure: error instanceof Error ? error.message : String(error) })
    }
  }
  return broken
}

/** By ranges of keys, as R2 lists them. An upload or a removal that comes between may look like a fault. */
export async function violationsOfAvatars({ DB, AVATARS }: Stores, keysAtOnce = 1000): Promise<Violation[]> {
  const rows = new Map<string, string[]>()
  let cursor: string | undefined
  let after = ''
  do {
    const page = await AVATARS.list({ limit: keysAtOnce, ...(cursor && { cursor }) })
    cursor = page.truncated ? page.cursor : undefined
    const stored = page.objects.map(({ key }) => key)
    const upTo = cursor ? (stored.at(-1) ?? after) : null
    const [shown, noted] = await DB.batch<{ key: string }>(
      [SHOWN, NOTED].map((sql) => DB.prepare(sql).bind(after, upTo)),
    )
    for (const { name, keys } of avatarViolations({ shown: keysOf(shown), noted: keysOf(noted), stored })) {
      if (keys.length > 0) rows.set(name, [...(rows.get(name) ?? []), ...keys])
    }
    after = upTo ?? after
  } while (cursor)
  return [...rows].map(([name, rows]) => ({ name, rows }))
}

const keysOf = (result: D1Result<{ key: string }> | undefined) =>
  (result?.results ?? []).map(({ key }) => key)
