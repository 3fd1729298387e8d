import { base64url, keyOf } from './tokens.ts'

export const PAGE = 20

const encoder = new TextEncoder()

/** The id after which a list goes on; undefined at its start. */
export async function afterOf(query: URLSearchParams, scope: unknown[], secret: string) {
  const cursor = query.get('cursor')
  if (cursor === null) return undefined
  const [place = ''] = cursor.split('.')
  if ((await cursorOf(place, scope, secret)) !== cursor) throw new Error('A cursor of another list.')
  return Number(place)
}

/** The envelope of a list that is ordered by id. */
export async function pageOf<Row extends { id: number }>(
  rows: Row[],
  scope: unknown[],
  secret: string,
  view: (row: Row) => object,
) {
  const shown = rows.slice(0, PAGE)
  const last = rows.length > PAGE ? shown.at(-1) : undefined
  return { items: shown.map(view), nextCursor: last ? await cursorOf(String(last.id), scope, secret) : null }
}

async function cursorOf(place: string, scope: unknown[], secret: string): Promise<string> {
  const signed = encoder.encode(`${place} ${JSON.stringify(scope)}`)
  const mac = await crypto.subtle.sign('HMAC', await keyOf(`cursor ${secret}`), signed)
  return `${place}.${base64url(new Uint8Array(mac).subarray(0, 9))}`
}
