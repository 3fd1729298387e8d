import { type SQL, sql } from 'drizzle-orm'
import { foldCase } from '../http/text.ts'
import type { ProjectsQuery } from './schemas.ts'

/**
 * A filter as tokens of the facet column of `projects_search`, whose form the migration that makes `project_documents`
 * explains. Owner and collaborator are usernames, which D1 turns into ids within the same statement.
 */
export interface Facets {
  /** Sorted, so that the same filters are the same list whatever their order. */
  tokens: string[]
  owner: string | undefined
  collaborator: string | undefined
}

export function facetsOf(query: ProjectsQuery): Facets {
  const tokens = [
    ...query.tech.map((name) => `t${hex(foldCase(name))}x`),
    ...query.role.map((name) => `r${hex(foldCase(name))}x`),
    ...(query.status === undefined ? [] : [`s${hex(query.status)}x`]),
    ...(query.isOpen === undefined ? [] : [`o${query.isOpen ? 1 : 0}x`]),
  ]
  return {
    tokens: [...new Set(tokens)].sort(),
    owner: query.owner?.toLowerCase(),
    collaborator: query.collaborator?.toLowerCase(),
  }
}

/** The MATCH expression of the filters; undefined where there are none. It holds tokens of ours only, never user text. */
export function matchExpression({ tokens, owner, collaborator }: Facets): SQL | undefined {
  const terms = [
    ...(tokens.length > 0 ? [sql`${tokens.join(' AND ')}`] : []),
    ...(owner === undefined ? [] : [personToken('u', owner)]),
    ...(collaborator === undefined ? [] : [personToken('c', collaborator)]),
  ]
  if (terms.length === 0) return undefined
  return sql`'facets : (' || ${sql.join(terms, sql` || ' AND ' || `)} || ')'`
}

/** The token of a person's id; for an unknown username a token that no project has. */
const personToken = (kind: 'u' | 'c', username: string) =>
  sql`coalesce((SELECT ${kind} || id || 'x' FROM users WHERE username = ${username}), 'nobody')`

function hex(text: string): string {
  return [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
