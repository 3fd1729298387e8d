import { done, found, NO_PROJECT } from './answers.ts'
import { CARD, type CardRow, cardOf, type PersonRow, personOf } from './cards.ts'
import { batch } from './guarded.ts'
import type { SignedIn, Visit } from './visits.ts'

const ID = '?'
const NEW_ID = '(SELECT max(id) FROM projects WHERE owner_id = ?)'

const selectProject = (id: string) => [
  `SELECT ${CARD} FROM projects INNER JOIN users ON users.id = owner_id
    INNER JOIN profiles ON profiles.user_id = owner_id WHERE projects.id = ${id}`,
  `SELECT username, display_name, avatar_key, role FROM collaboration_requests
    INNER JOIN users ON users.id = requester_id INNER JOIN profiles ON profiles.user_id = requester_id
    WHERE project_id = ${id} AND status = 'accepted' ORDER BY collaboration_requests.id`,
  `SELECT id, status FROM collaboration_requests WHERE project_id = ${id} AND requester_id = ?`,
]
const PROJECT = selectProject(ID)
const NEW_PROJECT = selectProject(NEW_ID)

const INSERT = `INSERT INTO projects (id, owner_id, title, description, tech_stack, roles_needed, status, is_open,
    created_at, updated_at, idempotency_key, idempotency_digest)
  SELECT NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL WHERE true`
// The API asks here since when the owner may post no more; with limits off, it is NULL.
const USED_UP = 'SELECT CASE WHEN changes() = 0 THEN NULL END AS at'
const RENAME = 'UPDATE projects SET title = ?, updated_at = ? WHERE id = ? AND owner_id = ?'

const selectFacets = (column: string) => `SELECT name, count FROM (
  WITH recent AS MATERIALIZED (
    SELECT value ->> 0 AS key, min(value ->> 1) AS name, count(*) AS count FROM projects, json_each(${column})
    WHERE projects.id > (SELECT counted_up_to FROM facet_folds) GROUP BY value ->> 0)
  SELECT name, count FROM (
    SELECT coalesce(folded.name, recent.name) AS name, recent.count + coalesce(folded.count, 0) AS count
    FROM recent LEFT JOIN facet_counts AS folded ON folded.kind = ?1 AND folded.key = recent.key
    UNION ALL
    SELECT name, count FROM (SELECT key, name, count FROM facet_counts WHERE kind = ?1 ORDER BY count DESC, key LIMIT ?2)
    WHERE key NOT IN (SELECT key FROM recent))
  ORDER BY count DESC, name LIMIT ?2) AS facets`
const TECH_FACETS = selectFacets('tech_stack')
const ROLE_FACETS = selectFacets('roles_needed')
const MAX_FACETS = 50

export async function facets(visit: Visit): Promise<Response> {
  const { db } = visit
  const [techStack, rolesNeeded] = await batch(visit, [
    db.prepare(TECH_FACETS).bind('tech', MAX_FACETS),
    db.prepare(ROLE_FACETS).bind('role', MAX_FACETS),
  ])
  return found(visit, { techStack, rolesNeeded })
}

export async function project(visit: Visit, id: number): Promise<Response> {
  return found(visit, projectOf(visit, await batch(visit, statementsOf(visit, PROJECT, id))))
}

export async function post(visit: SignedIn): Promise<Response> {
  const { db, caller } = visit
  const body = await visit.request.json<ProjectBody>()
  const { title, description, techStack, rolesNeeded, status = 'planning', isOpen = true } = body
  const now = Date.now()
  const [, , ...rows] = await batch(visit, [
    db
      .prepare(INSERT)
      .bind(
        caller.userId,
        title,
        description,
        folded(techStack),
        folded(rolesNeeded),
        status,
        isOpen ? 1 : 0,
        now,
        now,
      ),
    db.prepare(USED_UP),
    ...statementsOf(visit, NEW_PROJECT, caller.userId),
  ])
  const content = projectOf(visit, rows)
  return done(visit, 201, content, { location: `/api/projects/${content.id}` })
}

/** Gives the project another title. */
export async function patch(visit: SignedIn, id: number): Promise<Response> {
  const { title } = await visit.request.json<{ title: string }>()
  const { db, caller } = visit
  const [, ...rows] = await batch(visit, [
    db.prepare(RENAME).bind(title, Date.now(), id, caller.userId),
    ...statementsOf(visit, PROJECT, id),
  ])
  return done(visit, 200, projectOf(visit, rows))
}

interface ProjectBody {
  title: string
  description: string
  techStack: string[]
  rolesNeeded: string[]
  status?: string
  isOpen?: boolean
}

/** `value` is what finds the project. */
function statementsOf(
  { db, caller }: Visit,
  [card = '', people = '', request = '']: string[],
  value: number,
) {
  return [
    db.prepare(card).bind(value),
    db.prepare(people).bind(value),
    db.prepare(request).bind(value, caller?.userId ?? 0),
  ]
}

function projectOf({ caller, url }: Visit, [cards, people, requests]: Record<string, unknown>[][]) {
  const [card] = cards as unknown as CardRow[]
  const [asked] = requests as { id: number; status: string }[]
  if (!card) throw NO_PROJECT
  return {
    ...cardOf(card, url),
    collaborators: (people as unknown as (PersonRow & { role: string | null })[]).map((person) => ({
      ...personOf(person, url.origin),
      role: person.role,
    })),
    ...(caller && {
      viewer: {
        isOwner: card.owner_id === caller.userId,
        isCollaborator: asked?.status === 'accepted',
        request: asked ?? null,
      },
    }),
  }
}

const folded = (names: string[]) => JSON.stringify(names.map((name) => [name.toLowerCase(), name]))
