import { beginning } from '../../src/projects/endings.ts'
import { FACET } from '../../src/projects/search.ts'
import { found } from './answers.ts'
import { CARD, type CardRow, cardOf, ownCardOf } from './cards.ts'
import { batch } from './guarded.ts'
import { afterOf, PAGE, pageOf } from './pages.ts'
import { type RequestRow, requestOf, selectReceived, selectSent } from './requests.ts'
import type { SignedIn, Visit } from './visits.ts'

const listOf = (ids: string) => `SELECT ${CARD}, page.place
  FROM (SELECT id, place, row_number() OVER () AS ordinal FROM (${ids} LIMIT ?)) AS page CROSS JOIN projects
    INNER JOIN users ON users.id = owner_id INNER JOIN profiles ON profiles.user_id = owner_id
  WHERE projects.id = page.id ORDER BY page.ordinal`

const newest = (bound: string) =>
  listOf(`SELECT id, json_array(id) AS place FROM projects ${bound} ORDER BY id DESC`)
const matching = (bound: string) =>
  listOf(`SELECT rowid AS id, json_array(rowid) AS place FROM projects_search
    WHERE projects_search MATCH ? ${bound} ORDER BY rowid DESC`)

const NEWEST = newest('')
const NEWEST_AFTER = newest('WHERE id < ?')
const MATCHING = matching('')
const MATCHING_AFTER = matching('AND rowid < CAST(? AS INTEGER)')
const ownCards = (bound: string) => `SELECT ${CARD},
    (SELECT count(*) FROM (SELECT 1 FROM collaboration_requests
      WHERE project_id = projects.id AND status = 'pending' LIMIT 1000)) AS pending_request_count
  FROM projects INNER JOIN users ON users.id = owner_id INNER JOIN profiles ON profiles.user_id = owner_id
  WHERE owner_id = ?${bound} ORDER BY projects.id DESC LIMIT ?`
const OWN = ownCards('')
const OWN_AFTER = ownCards(' AND projects.id < ?')

const NEWEST_TEN = 10
const encoder = new TextEncoder()

export async function list(visit: Visit): Promise<Response> {
  const { query, db, secret, url } = visit
  const words = query.get('q')?.match(/[\p{L}\p{N}]+/gu)
  const isOpen = query.get('isOpen')
  const facets = [
    ...query.getAll('tech').map((name) => `t${hex(name)}x`),
    ...(isOpen === null ? [] : [`o${isOpen === 'true' ? 1 : 0}x`]),
  ].sort()
  const terms = [...(words ? words.map(termOf) : []), ...facets.map((each) => FACET + each)]
  const scope = ['projects', { words, facets }, 'newest']
  const after = await afterOf(query, scope, secret)
  const [isSearch, isFirst] = [terms.length > 0, after === undefined]
  const sql = isSearch ? (isFirst ? MATCHING : MATCHING_AFTER) : isFirst ? NEWEST : NEWEST_AFTER
  const values = [...(isSearch ? [terms.join(' AND ')] : []), ...(isFirst ? [] : [after]), PAGE + 1]
  const [rows] = await batch(visit, [db.prepare(sql).bind(...values)])
  const cards = rows as unknown as CardRow[]
  return found(visit, await pageOf(cards, scope, secret, (row) => cardOf(row, url)))
}

export async function mine(visit: SignedIn): Promise<Response> {
  const { query, secret, url, caller } = visit
  const scope = ['mine', caller.userId]
  const after = await afterOf(query, scope, secret)
  const [rows] = await batch(visit, [selectOwn(visit, PAGE + 1, after)])
  const cards = rows as unknown as CardRow[]
  return found(visit, await pageOf(cards, scope, secret, (row) => ownCardOf(row, url)))
}

export async function dashboard(visit: SignedIn): Promise<Response> {
  const { db, caller, url } = visit
  const [owned, collaborating, received, sent] = await batch(visit, [
    selectOwn(visit, NEWEST_TEN),
    db.prepare(MATCHING).bind(`${FACET}c${caller.userId}x`, NEWEST_TEN),
    selectReceived(visit, 'pending', NEWEST_TEN),
    selectSent(visit, NEWEST_TEN),
  ])
  const requests = (rows: unknown) => (rows as RequestRow[]).map((row) => requestOf(row, url))
  return found(visit, {
    owned: (owned as unknown as CardRow[]).map((row) => ownCardOf(row, url)),
    collaborating: (collaborating as unknown as CardRow[]).map((row) => cardOf(row, url)),
    received: requests(received),
    sent: requests(sent),
  })
}

function selectOwn({ db, caller }: SignedIn, limit: number, after?: number) {
  if (after === undefined) return db.prepare(OWN).bind(caller.userId, limit)
  return db.prepare(OWN_AFTER).bind(caller.userId, after, limit)
}

const hex = (name: string) =>
  [...encoder.encode(name.toLowerCase())].map((byte) => byte.toString(16).padStart(2, '0')).join('')

const termOf = (word: string, i: number, words: string[]) =>
  i < words.length - 1 ? `"${word}"` : beginning(word)
