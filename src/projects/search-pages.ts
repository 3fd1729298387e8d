import { type Placeholder, type SQL, sql } from 'drizzle-orm'
import type { Named } from '../db/statements.ts'
import type { Page } from '../http/pagination.ts'
import type { Sort } from './schemas.ts'
import { matchExpression, type Search, type SearchValues, searchValues } from './search.ts'

/** How many of the newest matches are sorted, if the index does not have them in the order that is asked for. */
const ORDERED_MATCHES = 1000

/** What the SQL of a page depends on, apart from values: its order, what is asked for, and where it begins. */
export interface PageShape {
  sort: Sort
  asked: (keyof SearchValues)[]
  isFirst: boolean
  /** The index of the tier in which the page goes on. */
  tier: number
}

export type PageValues = SearchValues &
  Record<'limit' | 'ceiling' | 'tier' | 'floor' | 'moment' | 'id', number>

/** The shape and the values of a page of a search. */
export function describePage(search: Search, sort: Sort, page: Page): [PageValues, PageShape] {
  const values = searchValues(search)
  const asked = (Object.keys(values) as (keyof SearchValues)[]).filter((name) => values[name] !== undefined)
  // By the order, a place is [id], [moment, id] or [ceiling, tier, floor, moment, id]: read from its end.
  const [id = 0, moment = 0, floor = 0, tier = 0, ceiling = Number.MAX_SAFE_INTEGER] = page.after.toReversed()
  return [
    { ...values, limit: page.limit + 1, ceiling, tier, floor, moment, id },
    { sort, asked, isFirst: page.after.length === 0, tier },
  ]
}

/** D1 binds every number as REAL, which FTS5 does not take for a bound of its rowids. */
const integer = (value: Placeholder) => sql`CAST(${value} AS INTEGER)`

/**
 * A page of a search in its order, as a subquery of up to one row more than the page holds: `id`, `place` (what a
 * cursor holds, as a JSON array) and `ordinal` (1, 2, 3 …). It reads about as many rows as it returns, however many
 * projects there are; `updated` and `relevance` among matches read up to `ORDERED_MATCHES` entries of the index.
 */
export function pageOf(shape: PageShape, values: Named<PageValues>): SQL {
  const match = matchExpression(new Set(shape.asked), values)
  const rows = match ? matches(match, shape, values) : everything(shape, values)
  return sql`SELECT id, place, row_number() OVER () AS ordinal FROM (${rows} LIMIT ${values.limit})`
}

/** A page of all projects: an index of the table has each order. */
function everything({ sort, isFirst }: PageShape, { moment, id }: Named<PageValues>): SQL {
  if (sort === 'updated') {
    const changes = sql`SELECT id, updated_at FROM projects`
    // Not `(updated_at, id) < (…)`: SQLite would begin at the moment, and read all projects that were changed in it.
    const rows = isFirst
      ? changes
      : sql`${changes} WHERE updated_at = ${moment} AND id < ${id} UNION ALL ${changes} WHERE updated_at < ${moment}`
    return sql`SELECT id, json_array(updated_at, id) AS place FROM (${rows} ORDER BY updated_at DESC, id DESC)`
  }
  const bound = isFirst ? sql`` : sort === 'oldest' ? sql`WHERE id > ${id}` : sql`WHERE id < ${id}`
  return sql`SELECT id, json_array(id) AS place FROM projects ${bound} ORDER BY id ${direction(sort)}`
}

function matches(match: SQL, shape: PageShape, values: Named<PageValues>): SQL {
  const { sort, isFirst } = shape
  if (sort === 'updated') return inTiers([updated(values)], match, shape, values)
  if (sort === 'relevance') return inTiers(relevanceTiers(match, shape, values), match, shape, values)
  const bound = isFirst
    ? sql``
    : sort === 'oldest'
      ? sql`AND rowid > ${integer(values.id)}`
      : sql`AND rowid < ${integer(values.id)}`
  return sql`SELECT rowid AS id, json_array(rowid) AS place FROM projects_search
    WHERE projects_search MATCH ${match} ${bound} ORDER BY rowid ${direction(sort)}`
}

/**
 * The SQL of one tier of an order: rows of (id, moment), sorted by `moment` and then by id, the greatest first. If `goesOn`,
 * the page before ended in this tier, and only the rows behind its last one are read.
 */
type Tier = (goesOn: boolean) => SQL

/**
 * The newest matches, tier after tier, and then all others, newest first. The place of a row is
 * `[ceiling, tier, floor, moment, id]`: `ceiling` and `floor` are the highest and the lowest id of the newest matches as the
 * first page found them. So a list that is walked while projects come and go neither repeats nor skips one, and a page that
 * is asked for much later reads none of those that came. A tier is read no further than the page has room left for it.
 */
function inTiers(tiers: Tier[], match: SQL, shape: PageShape, values: Named<PageValues>): SQL {
  const parts = [...tiers, older(match, values)]
    .map((rowsOf, tier) => ({ tier, name: sql.raw(`part${tier}`), rowsOf }))
    .slice(shape.tier)
  const tables = parts.map(({ tier, name, rowsOf }, i) => {
    const rows = rowsOf(!shape.isFirst && tier === shape.tier)
    const before = parts.slice(0, i).map((part) => sql` - (SELECT count(*) FROM ${part.name})`)
    return sql`${name} AS MATERIALIZED (
      SELECT ${sql.raw(`${tier}`)} AS tier, * FROM (${rows} LIMIT ${values.limit}${sql.join(before)}))`
  })
  const rows = parts.map(({ name }) => sql`SELECT * FROM ${name}`)
  return sql`WITH newest AS MATERIALIZED (${newest(match, shape, values)}), ${sql.join(tables, sql`, `)}
    SELECT id, json_array((SELECT ceiling FROM newest), tier, (SELECT floor FROM newest), moment, id) AS place FROM (${sql.join(rows, sql` UNION ALL `)})
    ORDER BY tier, moment DESC, id DESC`
}

/** One row: the lowest and the highest id of the newest matches and, if a tier reads them from here, all their ids. */
function newest(match: SQL, { sort, isFirst, tier }: PageShape, values: Named<PageValues>): SQL {
  const matching = sql`SELECT rowid AS id FROM projects_search WHERE projects_search MATCH ${match}`
  const ids = sql`json_group_array(id) AS ids`
  if (isFirst) {
    return sql`SELECT coalesce(min(id), 0) AS floor, coalesce(max(id), 0) AS ceiling, ${sort === 'updated' ? ids : sql`NULL AS ids`}
      FROM (${matching} ORDER BY rowid DESC LIMIT ${sql.raw(`${ORDERED_MATCHES}`)})`
  }
  const [floor, ceiling] = [integer(values.floor), integer(values.ceiling)]
  const edges = sql`${floor} AS floor, ${ceiling} AS ceiling`
  return sort === 'updated' && tier === 0
    ? sql`SELECT ${edges}, ${ids} FROM (${matching} AND rowid >= ${floor} AND rowid <= ${ceiling})`
    : sql`SELECT ${edges}`
}

/** The newest matches, last changed first. Their ids are those that `newest` has found: to search again takes longer. */
const updated =
  ({ moment, id }: Named<PageValues>): Tier =>
  (goesOn) =>
    sql`
  SELECT projects.id, updated_at AS moment FROM newest, json_each(ids) CROSS JOIN projects ON projects.id = value
  ${goesOn ? sql`WHERE (updated_at, projects.id) < (${moment}, ${id})` : sql``}
  ORDER BY updated_at DESC, projects.id DESC`

/**
 * All words in the title, some of them, none of them. That depends on the project alone, so none changes its tier because
 * others come and go. No expression asks for a word twice where once is enough.
 */
function relevanceTiers(match: SQL, { asked }: PageShape, values: Named<PageValues>): Tier[] {
  const [all, some] = [sql`${values.wordsInTitle}`, sql`${values.someInTitle}`]
  const filters = matchExpression(new Set(asked.filter((name) => name !== 'words')), values)
  const inTitle = filters ? sql`${filters} || ' AND ' || ${all}` : all
  // One word is all of them or none.
  const expressions = asked.includes('someInTitle')
    ? [
        inTitle,
        sql`'(' || ${match} || ' AND ' || ${some} || ') NOT ' || ${all}`,
        sql`${match} || ' NOT ' || ${some}`,
      ]
    : [inTitle, sql`${match} || ' NOT ' || ${all}`]
  return expressions.map((expression) => newestMatching(expression, values))
}

/**
 * Those of the newest matches that match this too. The plus has SQLite read upwards from `floor`, and then sort: downwards,
 * FTS5 would look for the next title with a word among all projects that have the word anywhere, far below `floor`.
 */
const newestMatching =
  (match: SQL, { id }: Named<PageValues>): Tier =>
  (goesOn) =>
    sql`
    SELECT rowid AS id, 0 AS moment FROM projects_search
    WHERE projects_search MATCH ${match} AND rowid >= (SELECT floor FROM newest)
      AND ${goesOn ? sql`rowid < ${integer(id)}` : sql`rowid <= (SELECT ceiling FROM newest)`} ORDER BY +rowid DESC`

/** All other matches, newest first. By one upper bound: FTS5 would begin at the first of two, and read down to the other. */
const older =
  (match: SQL, { id }: Named<PageValues>): Tier =>
  (goesOn) =>
    sql`
  SELECT rowid AS id, 0 AS moment FROM projects_search
  WHERE projects_search MATCH ${match} AND rowid < ${goesOn ? integer(id) : sql`(SELECT floor FROM newest)`}
  ORDER BY rowid DESC`

const direction = (sort: Sort) => (sort === 'oldest' ? sql`ASC` : sql`DESC`)
