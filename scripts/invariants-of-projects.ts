import { type Invariant, SKEW_MS } from './invariant.ts'

/** MAX_COLLABORATORS of src/projects/requests.queries.ts. */
const MAX_COLLABORATORS = 100

/** The names of a column as rows of `json_each`; none where it holds no JSON. */
const namesIn = (column: string) => `json_each(iif(json_valid(${column}), ${column}, '[]'))`

/** At most 20 pairs of a name and what it is found by, which SQL can tell where the name is ASCII. */
const areNames = (column: string) => `CASE WHEN json_valid(${column})
    THEN json_type(${column}) = 'array' AND json_array_length(${column}) <= 20 ELSE false END
  AND NOT EXISTS (SELECT 1 FROM ${namesIn(column)} WHERE NOT coalesce(CASE WHEN type = 'array'
    THEN json_array_length(value) = 2
      AND json_type(value, '$[0]') = 'text' AND json_type(value, '$[1]') = 'text'
      AND length(value ->> 1) BETWEEN 1 AND 40 AND value ->> 1 = trim(value ->> 1)
      AND (value ->> 0 = lower(value ->> 1) OR value ->> 1 GLOB '*[^ -~]*') END, false))`

const repeats = (column: string) =>
  `EXISTS (SELECT 1 FROM ${namesIn(column)} WHERE type = 'array' GROUP BY value ->> 0 HAVING count(*) > 1)`

export const PROJECT_INVARIANTS: readonly Invariant[] = [
  {
    name: 'Every project belongs to a user',
    violations: 'SELECT id, owner_id FROM projects WHERE owner_id NOT IN (SELECT id FROM users)',
  },
  {
    name: 'Projects have a title, a description, a status and are open or not',
    violations: `SELECT id FROM projects WHERE NOT coalesce(
      length(title) BETWEEN 3 AND 120 AND length(description) BETWEEN 1 AND 10000
      AND status IN ('planning', 'in_progress', 'completed') AND is_open IN (0, 1), false)`,
  },
  {
    name: 'Technologies and roles are at most 20 names with what each is found by',
    violations: `SELECT id FROM projects
      WHERE NOT coalesce(${areNames('tech_stack')} AND ${areNames('roles_needed')}, false)`,
  },
  {
    name: 'No project names a technology or a role twice, whatever its case',
    violations: `SELECT id FROM projects WHERE ${repeats('tech_stack')} OR ${repeats('roles_needed')}`,
  },
  {
    name: 'A project that was posted by a key has the digest of what was posted, and no other has',
    violations: `SELECT id FROM projects WHERE NOT coalesce(iif(idempotency_key IS NULL, idempotency_digest IS NULL,
      length(idempotency_key) BETWEEN 1 AND 255 AND length(idempotency_digest) = 64), false)`,
  },
  {
    name: 'No key of an owner has made two projects',
    violations: `SELECT owner_id, idempotency_key FROM projects WHERE idempotency_key IS NOT NULL
      GROUP BY owner_id, idempotency_key HAVING count(*) > 1`,
  },
  {
    name: 'No project is updated before it is made',
    violations: `SELECT id FROM projects WHERE updated_at < created_at - ${SKEW_MS}`,
  },
  {
    name: 'Every request is to a project and names its owner',
    violations: `SELECT id, project_id, owner_id FROM collaboration_requests AS request
      WHERE NOT EXISTS (SELECT 1 FROM projects WHERE id = request.project_id AND owner_id = request.owner_id)`,
  },
  {
    name: 'Every request is from a user',
    violations:
      'SELECT id, requester_id FROM collaboration_requests WHERE requester_id NOT IN (SELECT id FROM users)',
  },
  {
    name: 'Nobody asks to join an own project',
    violations: 'SELECT id FROM collaboration_requests WHERE requester_id = owner_id',
  },
  {
    name: 'Nobody asks one project twice',
    violations: `SELECT project_id, requester_id FROM collaboration_requests
      GROUP BY project_id, requester_id HAVING count(*) > 1`,
  },
  {
    name: 'No project has more than 100 collaborators',
    violations: `SELECT project_id, count(*) AS collaborators FROM collaboration_requests
      WHERE status = 'accepted' GROUP BY project_id HAVING count(*) > ${MAX_COLLABORATORS}`,
  },
  {
    name: 'Requests have a message, a status and perhaps a role',
    violations: `SELECT id FROM collaboration_requests WHERE NOT coalesce(
      length(message) BETWEEN 1 AND 2000 AND status IN ('pending', 'accepted', 'rejected')
      AND (role IS NULL OR length(role) BETWEEN 1 AND 40), false)`,
  },
  {
    name: 'A request has the moment of its decision when it is decided, and only then',
    violations: `SELECT id, status, decided_at FROM collaboration_requests
      WHERE (status = 'pending') <> (decided_at IS NULL)`,
  },
  {
    name: 'No request is decided before it is made',
    violations: `SELECT id FROM collaboration_requests WHERE decided_at < created_at - ${SKEW_MS}`,
  },
  {
    name: 'The moments of projects and requests are whole milliseconds',
    violations: `SELECT id FROM projects WHERE typeof(created_at) || typeof(updated_at) <> 'integerinteger'
      UNION ALL SELECT id FROM collaboration_requests
        WHERE typeof(created_at) <> 'integer' OR typeof(decided_at) NOT IN ('integer', 'null')`,
  },
]
