import { env } from 'cloudflare:workers'
import type { Statement } from './bindings.ts'

interface Step {
  id: number
  parent: number
  detail: string
}

/** What may be read whole, for it is short or stops by itself: anything else is a table, under whatever name. */
const PARTS =
  /^SCAN (?:\(subquery-\d+\)|CONSTANT ROW|json_each VIRTUAL TABLE INDEX 1:|page|newest|recent|folded|part\d|facet_folds)$/
/** A range of a primary key is no better: it ends where the table does. Only projects are listed in that order. */
const RANGE = /^SEARCH (?!projects )\S+ USING INTEGER PRIMARY KEY \(rowid[<>]/

/** A whole table is read only in the order of a key, and then the statement stops after a page of it. */
const IN_ORDER = [
  { scan: /^SCAN projects$/, sql: /FROM projects\s+ORDER BY id (?:ASC|DESC) LIMIT \?\)/ },
  {
    scan: /^SCAN projects USING COVERING INDEX projects_updated_at$/,
    sql: /FROM projects\s+ORDER BY updated_at DESC, id DESC\) LIMIT \?\)/,
  },
]

/**
 * What may be sorted: the rows of the outermost loop beside the sorter, with what is looked up for each. A loop over a
 * subquery is short, for ours all end in LIMIT (that they do, the budgets of rows read tell).
 */
const SHORT = [
  /^SCAN page$/,
  /^SCAN \(subquery-\d+\)$/,
  // The most used names, and those of the few projects that are not counted yet.
  /^SCAN (?:folded|recent)$/,
  // The newest thousand matches.
  /^SCAN newest$/,
  /^SCAN projects_search VIRTUAL TABLE INDEX 0:M\d><?$/,
  // One person's sessions, of which 50 are kept.
  /^SEARCH sessions USING INDEX sessions_user_id \(user_id=\?\)$/,
]

/** The projects that are not folded yet, about a hundred at most, are grouped by the names that they use. */
const GROUPED = {
  loop: /^SEARCH projects USING INTEGER PRIMARY KEY \(rowid>\?\)$/,
  sql: /> \(SELECT counted_up_to FROM facet_folds\) GROUP BY /,
}

/** What a plan must not do, in SQLite's own words; none for a good plan. */
export async function faultsOf({ sql, values }: Statement): Promise<string[]> {
  const explain = env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
  const { results: plan } = await explain.bind(...values).all<Step>()
  return plan.filter((step) => isFault(step, plan, sql)).map(({ detail }) => detail)
}

function isFault({ detail, parent }: Step, plan: Step[], sql: string): boolean {
  // Without MATCH, the index of words is read whole.
  if (detail.startsWith('SCAN projects_search')) return !/ INDEX \d+:M\d[<>=]*$/.test(detail)
  if (RANGE.test(detail)) return true
  if (detail.startsWith('SCAN ') && !PARTS.test(detail)) {
    return !IN_ORDER.some((allowed) => allowed.scan.test(detail) && allowed.sql.test(sql))
  }
  if (detail.startsWith('USE TEMP B-TREE')) {
    const beside = plan.filter((step) => step.parent === parent).map((step) => step.detail)
    const outermost = beside.find((step) => /^(?:SCAN|SEARCH) /.test(step)) ?? ''
    if (detail.endsWith('GROUP BY')) return !(GROUPED.loop.test(outermost) && GROUPED.sql.test(sql))
    return !SHORT.some((form) => form.test(outermost))
  }
  return detail.includes('AUTOMATIC')
}
