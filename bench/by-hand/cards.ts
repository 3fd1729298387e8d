export const CARD = `projects.id, projects.owner_id, title, description, tech_stack, roles_needed, projects.status, is_open,
  projects.created_at, updated_at, username, display_name, avatar_key,
  (SELECT count(*) FROM collaboration_requests WHERE project_id = projects.id AND status = 'accepted') AS collaborator_count`

export interface PersonRow {
  username: string
  display_name: string
  avatar_key: string | null
}

export interface CardRow extends PersonRow {
  id: number
  owner_id: number
  title: string
  description: string
  tech_stack: string
  roles_needed: string
  status: string
  is_open: number
  created_at: number
  updated_at: number
  collaborator_count: number
  /** On a page of a search. */
  place?: string
  /** Of the owner's own. */
  pending_request_count?: number
}

export const cardOf = (row: CardRow, { origin }: URL) => ({
  id: row.id,
  title: row.title,
  description: row.description,
  techStack: namesOf(row.tech_stack),
  rolesNeeded: namesOf(row.roles_needed),
  status: row.status,
  isOpen: row.is_open === 1,
  owner: personOf(row, origin),
  collaboratorCount: row.collaborator_count,
  createdAt: new Date(row.created_at).toISOString(),
  updatedAt: new Date(row.updated_at).toISOString(),
})

export const ownCardOf = (row: CardRow, url: URL) => ({
  ...cardOf(row, url),
  pendingRequestCount: row.pending_request_count,
})

export const personOf = ({ username, display_name, avatar_key }: PersonRow, origin: string) => ({
  username,
  displayName: display_name,
  avatarUrl: avatar_key && `${origin}/api/accounts/avatars/${avatar_key}`,
})

const namesOf = (names: string) => (JSON.parse(names) as [string, string][]).map(([, name]) => name)
