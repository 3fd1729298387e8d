import type { Context } from 'hono'
import { encodeBase64Url } from 'hono/utils/encode'
import * as z from 'zod'
import { invalidCursor } from './errors.ts'
import { hmacKey } from './hmac.ts'

/** The query parameters of a list, whose pages have `usualLimit` items if no limit is given. */
export const pageQueryOf = (usualLimit: number) => ({
  limit: z
    .string()
    .regex(/^\d{1,3}$/, { error: 'must be a number from 1 to 100', abort: true })
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= 100, { error: 'must be a number from 1 to 100' })
    .meta({ documentedAs: { type: 'integer', minimum: 1, maximum: 100, default: usualLimit } })
    .default(usualLimit),
  cursor: z
    .string()
    .optional()
    // A longer one is none of ours.
    .meta({ description: 'The nextCursor of the page before.', maxLength: 100 }),
})

export const pageQuery = pageQueryOf(20)

/**
 * A page to fetch: `limit` rows after the row at `after`, which is given by what the list is ordered by, its id last or
 * alone. Empty: from the start.
 */
export interface Page {
  limit: number
  after: number[]
}

const PLACE = /^\d{1,16}(?:-\d{1,16})*$/
/** A multiple of three, which base64 needs no padding for. */
const MAC_BYTES = 9

/**
 * The pages of one list. A cursor is the place of the last row seen, signed together with `scope`, which tells the list,
 * its filters and its order, so that one that was altered or belongs to another list is refused.
 */
export class Pages {
  readonly #scope: string
  readonly #secrets: readonly [string, ...string[]]

  /** The first secret signs, all verify. */
  constructor(scope: unknown[], secrets: readonly [string, ...string[]]) {
    this.#scope = JSON.stringify(scope)
    this.#secrets = secrets
  }

  /** @throws `invalid_cursor` */
  async read({ limit, cursor }: { limit: number; cursor?: string | undefined }): Promise<Page> {
    if (cursor === undefined) return { limit, after: [] }
    const [place = ''] = cursor.split('.')
    const genuine = await Promise.all(this.#secrets.map((secret) => this.#cursor(place, secret)))
    if (!PLACE.test(place) || !genuine.includes(cursor)) throw invalidCursor()
    return { limit, after: place.split('-').map(Number) }
  }

  /** The envelope of a list, from up to one row more than the page holds: that row tells that there is another page. */
  async envelope<Row, Item>(
    page: Page,
    rows: Row[],
    placeOf: (row: Row) => number[],
    view: (row: Row) => Item,
  ) {
    const shown = rows.slice(0, page.limit)
    const last = rows.length > page.limit ? shown.at(-1) : undefined
    const nextCursor = last === undefined ? null : await this.#cursor(placeOf(last).join('-'))
    return { items: shown.map(view), nextCursor }
  }

  async #cursor(place: string, secret = this.#secrets[0]): Promise<string> {
    const signed = new TextEncoder().encode(`${place} ${this.#scope}`)
    const mac = await crypto.subtle.sign('HMAC', await hmacKey(`cursor ${secret}`), signed)
    return `${place}.${encodeBase64Url(mac.slice(0, MAC_BYTES))}`
  }
}

/** The place of a row in a list that is ordered by id. */
export const byId = ({ id }: { id: number }): number[] => [id]

/** The envelope of a list, whose next page is also told by the header `Link` (RFC 8288). */
export function linked<Envelope extends { nextCursor: string | null }>(
  c: Context,
  envelope: Envelope,
): Envelope {
  if (envelope.nextCursor !== null) {
    const next = new URL(c.req.url)
    next.searchParams.set('cursor', envelope.nextCursor)
    c.header('Link', `<${next}>; rel="next"`)
  }
  return envelope
}
