import { type Placeholder, type SQL, sql } from 'drizzle-orm'
import type { Named } from '../db/statements.ts'
import { hex } from '../http/hex.ts'
import { foldCase } from '../http/text.ts'
import { beginning } from './endings.ts'
import type { ProjectsQuery } from './schemas.ts'

/**
 * What the index takes for a word: letters, each with the accents on it, and digits. Of these the tokenizer of FTS5
 * splits words at a few that were no letters yet when its tables were made, and a word split in two would be a phrase,
 * which an index without positions refuses.
 */
export const WORD =
  /(?:[[\p{L}\p{N}]--[\u19b0-\u19c0\u19c8\u19c9\u1cf2\u1cf3]][\u0300-\u0304\u0306-\u030c\u030f\u0311\u031b\u0323-\u0328\u032d\u032e\u0330\u0331]*)+/gv

/** What the tokens of `projects_search` begin with that are no words, as the migration that makes it explains. */
export const FACET = '\u{e000}'.repeat(11)
const TITLE = '\u{e001}'

/**
 * A search in terms of `projects_search`: words of title and description, and facets. Owner and collaborator are
 * usernames, which D1 turns into ids within the same statement. Two searches for the same are equal as JSON.
 */
export interface Search {
  /** Undefined where no words are asked for; empty where there is nothing but punctuation, which no project has. */
  words?: string[] | undefined
  /** That the last word goes no further: one that a `+` or `#` follows, as in C++ and C#. Absent where it may. */
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
    // As they are: the tokenizer folds their case as it does that of the texts, which is not as we would (ß, Cherokee).
    words: query.q ? (query.q.match(WORD) ?? []) : undefined,
    ...(/[+#]$/.test(query.q ?? '') && { isLastWhole: true }),
    facets: [...new Set(facets)].sort(),
    owner: query.owner?.toLowerCase(),
    collaborator: query.collaborator?.toLowerCase(),
  }
}

/** The search for the projects that a user has joined. */
export const joinedBy = (userId: number): Search => ({ facets: [`c${userId}x`] })

/** What a search asks for by words and facets, as terms of a MATCH expression, and by people. */
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
 * The MATCH expression of a search that asks for the values that are named; undefined where that is nothing. It holds
 * tokens of ours and quoted words of letters and digits, so no text of a user reaches the syntax of FTS5.
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

/** The stemmer leaves what has fewer bytes alone. With the mark a word has more, and "as" would be found in "A title". */
const MIN_STEMMED = 3

/** All or some of the words, the last one as a prefix unless it is whole: anywhere, or as what they are with the mark. */
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
