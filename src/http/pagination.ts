import type { Context } from 'hono'
import { encodeBase64Url } from 'hono/utils/encode'
import * as z from 'zod'
import { invalidCursor } from './errors.ts'
import { hmacKey } from './hmac.ts'
import type { Answer } from './openapi.ts'
import { REVALIDATED, type Revalidated, revalidated } from './revalidated.ts'

/** The query parameters of a list, whose pages have `usualLimit` items if no limit is given. */
export const pageQueryOf = (usualLimit: number) => ({
  limit: z
    .string()
    .regex(/^(?:[1-9]\d?|100)$/, { error: 'must be a number from 1 to 100' })
    .transform(Number)
    .meta({
      description: 'How many items a page has at most.',
      documentedAs: { type: 'integer', minimum: 1, maximum: 100, default: usualLimit },
    })
    .default(usualLimit),
  cursor: z
    .string()
    .optional()
    // A longer one is none of ours.
    .meta({ description: 'The nextCursor of the page before.', maxLength: 100 }),
})

export const pageQuery = pageQueryOf(20)

/**
 * A page to fetch: the `limit` rows that follow the place `after`. A place is what the list is ordered by, as a row has it,
 * with the id of the row last or alone. An empty one is the start of the list.
 */
export interface Page {
  limit: number
  after: number[]
}

/** A multiple of three, so that its base64 has no padding. */
const MAC_BYTES = 9

/** A list, of which a query asks for a page. */
interface List<Row, Item> {
  /** What a cursor is good for: names the list, its filters and its order. */
  scope: unknown[]
  /** The first signs cursors, all verify them. */
  secrets: readonly [string, ...string[]]
  query: { limit: number; cursor?: string | undefined }
  /** Up to one row more than the page holds: that row tells that there is another page. */
  rows: (page: Page) => Promise<Row[]>
  placeOf: (row: Row) => number[]
  view: (row: Row) => Item
}

/**
 * Answers with a page of a list, as `revalidated` does. The header `Link` (RFC 8288) has the URL of the next page.
 * @throws `invalid_cursor`
 */
export async function answerPage<Row, Item>(
  c: Context,
  { scope, secrets, query: { limit, cursor }, rows, placeOf, view }: List<Row, Item>,
): Promise<Revalidated<{ items: Item[]; nextCursor: string | null }>> {
  const after = cursor === undefined ? [] : await placeIn(cursor, scope, secrets)
  const found = await rows({ limit, after })
  const shown = found.slice(0, limit)
  const last = found.length > limit ? shown.at(-1) : undefined
  const nextCursor = last === undefined ? null : await cursorOf(placeOf(last), scope, secrets[0])
  if (nextCursor !== null) {
    const next = new URL(c.req.url)
    next.searchParams.set('cursor', nextCursor)
    c.header('Link', `<${next}>; rel="next"`)
  }
  return revalidated(c, { items: shown.map(view), nextCursor })
}

/** How the document describes an answer of `answerPage`. */
export const pageAnswer = (description: string, item: z.ZodType): Answer => ({
  status: 200,
  description,
  schema: z.object({
    items: z.array(item),
    nextCursor: z.string().nullable().meta({ description: 'Give it as cursor to get the next page.' }),
  }),
  headers: REVALIDATED,
})

/** The place of a row in a list that is ordered by id. */
export const byId = ({ id }: { id: number }): number[] => [id]

/**
 * The rows that a page needs of a list that is ordered by id, newest first: one more than it holds, with ids below `before`.
 */
export const idRangeOf = ({ limit, after: [before = Number.MAX_SAFE_INTEGER] }: Page) => ({
  before,
  limit: limit + 1,
})

/** The cursor of a place: its numbers, and a signature of them and the scope, by which no other list takes it. */
export async function cursorOf(place: number[], scope: unknown[], secret: string): Promise<string> {
  const numbers = place.join('-')
  const signed = new TextEncoder().encode(`${numbers} ${JSON.stringify(scope)}`)
  const mac = await crypto.subtle.sign('HMAC', await hmacKey(`cursor ${secret}`), signed)
  return `${numbers}.${encodeBase64Url(mac.slice(0, MAC_BYTES))}`
}

/** The place that a cursor holds. @throws `invalid_cursor` unless it is, to the letter, what `cursorOf` makes of that place */
async function placeIn(cursor: string, scope: unknown[], secrets: readonly string[]): Promise<number[]> {
  const [numbers = ''] = cursor.split('.')
  const place = numbers.split('-').map(Number)
  const genuine = await Promise.all(secrets.map((secret) => cursorOf(place, scope, secret)))
  if (!genuine.includes(cursor)) throw invalidCursor()
  return place
}
