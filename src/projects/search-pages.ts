import { type SQL, sql } from 'drizzle-orm'
import type { Page } from '../http/pagination.ts'
import type { Sort } from './schemas.ts'
import { allWords, matchExpression, type Search, someWords } from './search.ts'

/** How many of the newest matches are put in order where the index itself has no such order. */
export const ORDERED_MATCHES = 1000

/** D1 binds every number as REAL, which FTS5 does not take for a bound of its rowids. */
const integer = (value: number) => sql`CAST(${value} AS INTEGER)`

/**
 * A page of a search in its order, as a subquery of up to one row more than the page holds: `id`, `place` (what a
 * cursor holds, as a JSON array) and `ordinal` (1, 2, 3 …). It reads about as many rows as it returns, however many
 * projects there are; `updated` and `relevance` among matches read up to `ORDERED_MATCHES` entries of the index.
 */
export function pageOf(search: Search, sort: Sort, page: Page): SQL {
  const match = matchExpression(search)
  const limit = page.limit + 1
  const rows = match ? matches(match, search, sort, page.after, limit) : everything(sort, page.after)
  return sql`SELECT id, place, row_number() OVER () AS ordinal FROM (${rows} LIMIT ${limit})`
}

/** Without a filter the order is one of an index of the table. */
function everything(sort: Sort, after: number[]): SQL {
  const [first, second] = after
  if (sort !== 'updated') {
    const bound =
      first === undefined ? sql`` : sort === 'oldest' ? sql`WHERE id > ${first}` : sql`WHERE id < ${first}`
    return sql`SELECT id, json_array(id) AS place FROM projects ${bound} ORDER BY id ${direction(sort)}`
  }
  const bound = first === undefined ? sql`` : sql`WHERE (updated_at, id) < (${first}, ${second})`
  return sql`SELECT id, json_array(updated_at, id) AS place FROM projects ${bound} ORDER BY updated_at DESC, id DESC`
}

function matches(match: SQL, search: Search, sort: Sort, after: number[], limit: number): SQL {
  const [first] = after
  if (sort === 'updated') return inTiers(match, [updated], after, limit)
  if (sort === 'relevance') return inTiers(match, relevanceTiers(match, search), after, limit)
  const bound =
    first === undefined
      ? sql``
      : sort === 'oldest'
        ? sql`AND rowid > ${integer(first)}`
        : sql`AND rowid < ${integer(first)}`
  return sql`SELECT rowid AS id, json_array(rowid) AS place FROM projects_search
    WHERE projects_search MATCH ${match} ${bound} ORDER BY rowid ${direction(sort)}`
}

/**
 * One tier of an order: rows of (id, moment) among the newest matches, `moment` being what the tier is ordered by before
 * the id; `last` is the row to go on after, if it was in this tier.
 */
type Tier = (match: SQL, last: { moment: number; id: number } | undefined) => SQL

/**
 * The newest matches, tier after tier, and then all others, newest first. The place of a row is its tier, its moment,
 * the lowest id of the newest matches as the first page found it, and its id: so a list that is walked while projects
 * come and go neither repeats nor skips one.
 */
function inTiers(match: SQL, tiers: Tier[], after: number[], limit: number): SQL {
  const [tier = 0, moment = 0, floor, id = 0] = after
  const edge =
    floor === undefined
      ? sql`SELECT coalesce(min(id), 0) AS floor FROM (SELECT rowid AS id FROM projects_search
          WHERE projects_search MATCH ${match} ORDER BY rowid DESC LIMIT ${ORDERED_MATCHES})`
      : sql`SELECT ${integer(floor)} AS floor`
  const parts = [...tiers, older].flatMap((rowsOf, i) => {
    if (i < tier) return []
    const rows = rowsOf(match, floor !== undefined && i === tier ? { moment, id } : undefined)
    return [sql`SELECT ${integer(i)} AS tier, * FROM (${rows} LIMIT ${limit})`]
  })
  return sql`WITH edge AS MATERIALIZED (${edge})
    SELECT id, json_array(tier, moment, (SELECT floor FROM edge), id) AS place FROM (${sql.join(parts, sql` UNION ALL `)})
    ORDER BY tier, moment DESC, id DESC`
}

const updated: Tier = (match, last) => sql`
  SELECT projects.id, updated_at AS moment FROM
    (SELECT rowid AS id FROM projects_search WHERE projects_search MATCH ${match} AND rowid >= (SELECT floor FROM edge)) AS newest
    CROSS JOIN projects ON projects.id = newest.id
  ${last ? sql`WHERE (updated_at, projects.id) < (${last.moment}, ${last.id})` : sql``}
  ORDER BY updated_at DESC, projects.id DESC`

/**
 * All words in the title, some of them, none: a measure of the row alone, so that it holds while others come and go. FTS5
 * looks for the next title with a word through all that have the word anywhere, however far down, so each word is asked
 * for once where that will do.
 */
function relevanceTiers(match: SQL, search: Search): Tier[] {
  const words = search.words ?? []
  const [all, some] = [allWords('title', words), someWords('title', words)]
  const filters = matchExpression({ ...search, words: undefined })
  const tiers = [
    newestMatching(filters ? sql`${filters} || ${` AND ${all}`}` : sql`${all}`),
    newestMatching(sql`'(' || ${match} || ${` AND ${some}) NOT ${all}`}`),
    newestMatching(sql`'(' || ${match} || ${`) NOT ${some}`}`),
  ]
  // One word is all of them or none.
  return words.length > 1 ? tiers : tiers.toSpliced(1, 1)
}

const newestMatching =
  (match: SQL): Tier =>
  (_, last) =>
    sql`
    SELECT rowid AS id, 0 AS moment FROM projects_search
    WHERE projects_search MATCH ${match} AND rowid >= (SELECT floor FROM edge) ${before(last)} ORDER BY rowid DESC`

/** One upper bound and no more: FTS5 starts at the one, and reads its way down to any other. */
const older: Tier = (match, last) => sql`
  SELECT rowid AS id, 0 AS moment FROM projects_search
  WHERE projects_search MATCH ${match} AND rowid < ${last ? integer(last.id) : sql`(SELECT floor FROM edge)`}
  ORDER BY rowid DESC`

const before = (last: { id: number } | undefined) => (last ? sql`AND rowid < ${integer(last.id)}` : sql``)

const direction = (sort: Sort) => (sort === 'oldest' ? sql`ASC` : sql`DESC`)
