import type { Invariant } from './invariant.ts'

/** ASCII that separates words, to the tokenizer and to us. */
const SEPARATORS = '\n\t!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`

/** A text as rows of `json_each`: its parts between ASCII separators. */
const partsOf = (column: string) => {
  const spaced = [...SEPARATORS].reduce(
    (sql, separator) => `replace(${sql}, ${quoted(separator)}, ' ')`,
    column,
  )
  return `json_each('[' || replace(json_quote(${spaced}), ' ', '","') || ']')`
}

/** Words that are sure to be one token each, whatever Unicode the tokenizer knows; facets begin with the last two. */
const isWord = `value <> '' AND value NOT GLOB '*[^a-zA-Z0-9\u{e000}\u{e001}]*'`

/** A row for each word or facet of a project: its id, and the term that must find it. */
const termsOf = (
  column: 'title' | 'description' | 'facets',
) => `SELECT document.id, '"' || lower(value) || '"' AS term
  FROM project_documents AS document JOIN projects_search_docsize ON projects_search_docsize.id = document.id,
    ${partsOf(column)} WHERE ${isWord}`

/** The terms that do not find their projects. Each is looked up once for all projects, which is linear in their words. */
const unfound = (terms: string) => `WITH terms AS MATERIALIZED (${terms})
  SELECT id, term FROM terms EXCEPT SELECT projects_search.rowid, term
    FROM (SELECT DISTINCT term FROM terms) CROSS JOIN projects_search WHERE projects_search MATCH term`

/** How many tokens a text of ASCII has. */
const countWords = (column: string) => `(SELECT count(*) FROM ${partsOf(column)} WHERE ${isWord})`

/** SQLite's variable-length integer of up to two bytes, in hex. */
const varint = (n: string) =>
  `iif(${n} < 128, printf('%02X', ${n}), printf('%02X%02X', 128 + ${n} / 128, ${n} % 128))`

const COUNTED = `(SELECT kind, key, count(*) AS count FROM facet_uses
  WHERE project_id <= (SELECT max(counted_up_to) FROM facet_folds) GROUP BY kind, key)`

/** The index stores no text, so it is asked: it must find what is there, and its sizes tell that it holds no more. */
export const SEARCH_INVARIANTS: readonly Invariant[] = [
  {
    name: 'Every project has a document in the search index',
    violations: 'SELECT id FROM projects WHERE id NOT IN (SELECT id FROM projects_search_docsize)',
  },
  {
    name: 'Every document in the search index is of a project',
    violations: 'SELECT id FROM projects_search_docsize WHERE id NOT IN (SELECT id FROM projects)',
  },
  {
    name: 'The search index finds every project by its facets',
    violations: unfound(termsOf('facets')),
  },
  {
    name: 'The search index finds every project by the words of its title and description',
    violations: unfound(`${termsOf('title')} UNION ${termsOf('description')}`),
  },
  {
    name: 'The search index holds of a project nothing but its facets',
    violations: `SELECT id FROM (SELECT id, hex(sz) AS sizes, length(facets) - length(replace(facets, ' ', '')) + 1 AS n
        FROM project_documents JOIN projects_search_docsize USING (id))
      WHERE sizes NOT LIKE '%' || ${varint('n')}`,
  },
  {
    name: 'The search index holds of a project nothing but its title and description',
    violations: `SELECT id FROM (SELECT id, hex(sz) AS sizes, ${countWords('title')} AS n, ${countWords('description')} AS m
        FROM project_documents JOIN projects_search_docsize USING (id)
        WHERE title || description NOT GLOB '*[^ -~' || char(9, 10, 57345) || ']*')
      WHERE sizes NOT LIKE ${varint('n')} || ${varint('m')} || '%'`,
  },
  {
    name: 'One row says which projects are counted in the facets',
    violations: 'SELECT count(*) AS rows FROM facet_folds HAVING count(*) <> 1',
  },
  {
    name: 'Fewer than a hundred projects wait to be counted in the facets',
    violations: `SELECT count(*) AS projects FROM projects
      WHERE id > (SELECT max(counted_up_to) FROM facet_folds) HAVING count(*) >= 100`,
  },
  {
    name: 'Facets are counted as often as projects name them',
    violations: `SELECT * FROM (SELECT * FROM ${COUNTED} EXCEPT SELECT kind, key, count FROM facet_counts)
      UNION ALL SELECT * FROM (SELECT kind, key, count FROM facet_counts EXCEPT SELECT * FROM ${COUNTED})`,
  },
  {
    name: 'A facet has a name that is found by its key',
    violations: `SELECT kind, key, name FROM facet_counts WHERE name NOT GLOB '*[^ -~]*' AND lower(name) <> key`,
  },
]
