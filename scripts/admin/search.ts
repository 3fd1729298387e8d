import type { Stores, Terminal } from './stores.ts'

/** Projects indexed in one transaction: far less than D1's 30 seconds. */
const PROJECTS_AT_ONCE = 1000

/** OR REPLACE, as a project that is made in the meantime is indexed by its trigger. */
const INDEX_PAGE = `
  INSERT OR REPLACE INTO projects_search (rowid, title, description, facets)
  SELECT id, title, description, facets FROM project_documents
  WHERE id > CAST(?1 AS INTEGER) AND id <= CAST(?2 AS INTEGER)`

const NEXT_PAGE = `
  SELECT max(id) AS last, count(*) AS projects FROM (
    SELECT id FROM projects WHERE id > CAST(?1 AS INTEGER) ORDER BY id LIMIT CAST(?2 AS INTEGER))`

const RECOUNT_FACETS = [
  'DELETE FROM facet_counts',
  `INSERT INTO facet_counts (kind, key, name, count)
    SELECT kind, key, name, sum(uses) FROM (
      SELECT kind, key, name, count(*) AS uses FROM facet_uses GROUP BY kind, key, name)
    GROUP BY kind, key HAVING max(uses) > 0`,
  'DELETE FROM facet_folds',
  'INSERT INTO facet_folds (counted_up_to) SELECT coalesce(max(id), 0) FROM projects',
]

/**
 * Makes the search index and the counts of facets anew from the projects. Writes may go on; until it is done, a search finds
 * only what is indexed again. Cut off, it is to be run again.
 */
export async function rebuildSearch(db: D1Database, pageSize = PROJECTS_AT_ONCE): Promise<number> {
  await db.prepare(`INSERT INTO projects_search (projects_search) VALUES ('delete-all')`).run()
  await db.batch(RECOUNT_FACETS.map((sql) => db.prepare(sql)))
  let indexed = 0
  for await (const { after, last, projects } of projectPages(db, pageSize)) {
    await db.prepare(INDEX_PAGE).bind(after, last).run()
    indexed += projects
  }
  return indexed
}

/** All projects as ranges of ids, each `after` one up to the `last`. */
async function* projectPages(db: D1Database, pageSize: number) {
  for (let after = 0; ; ) {
    const page = await db
      .prepare(NEXT_PAGE)
      .bind(after, pageSize)
      .first<{ last: number | null; projects: number }>()
    if (!page?.last) return
    yield { after, last: page.last, projects: page.projects }
    after = page.last
  }
}

export async function rebuildAfterAsking({ DB }: Stores, terminal: Terminal): Promise<void> {
  await terminal.confirm('Empties the search index and makes it anew. Until then searches find less.')
  const projects = await rebuildSearch(DB)
  terminal.print(`Indexed ${projects} projects and counted their facets.`)
}
