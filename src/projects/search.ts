import { type Placeholder, type SQL, sql } from 'drizzle-orm'
import type { Named } from '../db/statements.ts'
import { hex } from '../http/hex.ts'
import { foldCase } from '../http/text.ts'
import { beginning } from './endings.ts'
import type { ProjectsQuery } from './schemas.ts'

/**
 * What the index takes for a word: letters, each with its accents, and digits. A few letters are left out that are younger
 * than the tables of FTS5's tokenizer: it splits words at them, and the two parts would be a phrase, which an index
 * without positions refuses.
 */
export const WORD =
  /(?:[[\p{L}\p{N}]--[\u19b0-\u19c0\u19c8\u19c9\u1cf2\u1cf3]][\u0300-\u0304\u0306-\u030c\u030f\u0311\u031b\u0323-\u0328\u032d\u032e\u0330\u0331]*)+/gv

/** Facets begin with this in `projects_search`, and the words of titles with the next, as migration 0005 explains. */
export const FACET = '\u{e000}'.repeat(11)
const TITLE = '\u{e001}'

/**
 * A search in terms of `projects_search`: words of title and description, and facets. Owner and collaborator are
 * usernames, which D1 turns into ids within the same statement. Searches for the same are the same as JSON, for cursors.
 */
export interface Search {
  /** Undefined if no words are asked for. Empty if nothing but punctuation is: that finds no project. */
  words?: string[] | undefined
  /** True if the last word is not the beginning of a longer one: a `+` or `#` follows it, as in C++ and C#. Else absent. */
  isLastWhole?: boolean
  facets: string[]
  owner?: string | undefined
  collaborator?: string | undefined
}

export function searchOf(query: ProjectsQuery): Search {
  const facets = [
    ...query.tech.map((name) => textFacet('t', foldCase(name))),
    ...query.role.map((name) => textFacet('r', foldCase(name))),
    ...(query.status === undefined ? [] : [textFacet('s', query.status)]),
    ...(query.isOpen === undefined ? [] : [`o${query.isOpen ? 1 : 0}x`]),
  ]
  return {
    // Case is left to the tokenizer, which folds it as in the texts, and not as `foldCase` does (ß, Cherokee).
    words: query.q ? (query.q.match(WORD) ?? []) : undefined,
    ...(/[+#]$/.test(query.q ?? '') && { isLastWhole: true }),
    facets: [...new Set(facets)].sort(),
    owner: query.owner?.toLowerCase(),
    collaborator: query.collaborator?.toLowerCase(),
  }
}

/** The search for the projects that a user has joined. */
export const joinedBy = (userId: number): Search => ({ facets: [`c${userId}x`] })

/** The values of a search: terms of MATCH expressions for its words and facets, and usernames. Undefined: not asked for. */
export const searchValues = ({ words, isLastWhole = false, facets, owner, collaborator }: Search) => ({
  words: words && wordTerms(words, isLastWhole, ' AND '),
  facets: facets.length > 0 ? facets.map((each) => FACET + each).join(' AND ') : undefined,
  owner,
  collaborator,
  wordsInTitle: words && wordTerms(words, isLastWhole, ' AND ', TITLE),
  someInTitle: words && words.length > 1 ? wordTerms(words, isLastWhole, ' OR ', TITLE) : undefined,
})

export type SearchValues = ReturnType<typeof searchValues>

/**
 * The MATCH expression of a search for the values in `asked`; undefined if those give no terms. It holds tokens of
 * ours and quoted words of letters and digits, so no text of a user reaches the syntax of FTS5.
 */
export function matchExpression(asked: ReadonlySet<string>, values: Named<SearchValues>): SQL | undefined {
  const terms = [
    ...(asked.has('words') ? [sql`${values.words}`] : []),
    ...(asked.has('facets') ? [sql`${values.facets}`] : []),
    ...(asked.has('owner') ? [personTerm('u', values.owner)] : []),
    ...(asked.has('collaborator') ? [personTerm('c', values.collaborator)] : []),
  ]
  return terms.length > 0 ? sql`(${sql.join(terms, sql` || ' AND ' || `)})` : undefined
}

/**
 * The stemmer leaves shorter words alone, but a mark makes them longer: behind one, "as" would become "a", and be found in
 * "A title". So a short word in the title is also asked for without the mark.
 */
const MIN_STEMMED = 3

/**
 * The MATCH expression of all words or of any of them, by the operator. The last one may be the beginning of a longer word,
 * unless it is whole. With a mark, words are looked for only where they have it in front: in titles.
 */
function wordTerms(words: string[], isLastWhole: boolean, operator: ' AND ' | ' OR ', mark = ''): string {
  const beginsAt = isLastWhole ? -1 : words.length - 1
  const termOf = (word: string, i: number, mark: string) =>
    i === beginsAt ? beginning(word, mark) : `"${mark}${word}"`
  const terms = words.map((word, i) =>
    mark && [...word].length < MIN_STEMMED
      ? `(${termOf(word, i, mark)} AND ${termOf(word, i, '')})`
      : termOf(word, i, mark),
  )
  return `(${terms.join(operator) || NOTHING})`
}

/** A token that no project has. */
const NOTHING = `${FACET}nothing`

/** The term of a person's id; for an unknown username one that matches nothing. */
const personTerm = (kind: 'u' | 'c', username: Placeholder) =>
  sql`coalesce((SELECT ${FACET + kind} || id || 'x' FROM users WHERE username = ${username}), ${NOTHING})`

const textFacet = (kind: 't' | 'r' | 's', text: string) => `${kind}${hex(new TextEncoder().encode(text))}x`
