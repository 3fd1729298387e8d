import * as z from 'zod'
import { invalidCursor } from './errors.ts'

/** The query parameters of every list. */
export const pageQuery = {
  limit: z
    .string()
    .regex(/^\d{1,3}$/, { error: 'must be a number from 1 to 100', abort: true })
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= 100, { error: 'must be a number from 1 to 100' })
    .default(20),
  cursor: z.string().optional(),
}

/** A page to fetch: `limit` rows with an id below `beforeId`, newest first. */
export interface Page {
  limit: number
  beforeId: number | undefined
}

const ID = /^[1-9]\d{0,15}$/
const MAC_BYTES = 9

/**
 * The pages of one list. A cursor is the id of the last row seen, signed together with `scope`, which tells the list
 * and its filters, so that one that was altered or belongs to another list is refused.
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
  async read(query: { limit: number; cursor?: string | undefined }): Promise<Page> {
    if (query.cursor === undefined) return { limit: query.limit, beforeId: undefined }
    const [id = ''] = query.cursor.split('.')
    const genuine = await Promise.all(this.#secrets.map((secret) => this.#cursor(id, secret)))
    if (!ID.test(id) || !genuine.includes(query.cursor)) throw invalidCursor()
    return { limit: query.limit, beforeId: Number(id) }
  }

  /** The envelope of a list, from up to one row more than the page holds: that row tells that there is another page. */
  async envelope<Row extends { id: number }, Item>(page: Page, rows: Row[], view: (row: Row) => Item) {
    const shown = rows.slice(0, page.limit)
    const last = rows.length > page.limit ? shown.at(-1) : undefined
    return { items: shown.map(view), nextCursor: last ? await this.#cursor(String(last.id)) : null }
  }

  async #cursor(id: string, secret = this.#secrets[0]): Promise<string> {
    const encoder = new TextEncoder()
    const algorithm = { name: 'HMAC', hash: 'SHA-256' }
    const key = await crypto.subtle.importKey('raw', encoder.encode(`cursor ${secret}`), algorithm, false, [
      'sign',
    ])
    const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(`${id} ${this.#scope}`)))
    const text = btoa(String.fromCharCode(...mac.subarray(0, MAC_BYTES)))
    return `${id}.${text.replaceAll('+', '-').replaceAll('/', '_')}`
  }
}
