import { cursorOf } from '../src/http/pagination.ts'
import { projectsQuery } from '../src/projects/schemas.ts'
import { searchOf } from '../src/projects/search.ts'
import type { Call } from './client.ts'
import { JWT_SECRET } from './serving.ts'
import { RARE, type World } from './worlds.ts'

export interface Endpoint {
  name: string
  /** The call may differ from one time to the next. */
  call: (time: number) => Call
}

/** Words by how many of the seeded projects have them: one in five, 25, none. */
const WORDS = { common: 'sqlite', rare: RARE.word, absent: 'xylophonist', prefix: 'ty' }
const TECHS = { common: 'TypeScript', rare: RARE.tech, absent: 'Malbolge' }
const ROLE = 'Backend developer'
/** Together in one project of a hundred. */
export const MIX = { q: WORDS.common, tech: 'Rust', isOpen: 'true' }
/** Each is common, and no project has both: the worst for an index that walks along both. */
const APART = [
  { tech: 'Kotlin', role: 'DevOps engineer' },
  { q: WORDS.common, tech: TECHS.common },
] as const

const PROJECT = {
  title: 'A seed library',
  description:
    'Neighbours bring the seeds they have too many of and take those they lack. It begins on one shelf.',
  techStack: ['TypeScript', 'Hono', 'Cloudflare Workers', 'D1', 'React'],
  rolesNeeded: ['Frontend developer', 'UX designer', 'Tester'],
}

/** What is measured in a world: all that lists projects or somebody's own things, and the writes that are indexed. */
export async function endpointsOf(world: World): Promise<Endpoint[]> {
  const { projects, token, username } = world
  const sharedId = await findShared(world)
  const ownId = await findOwned(world)
  const list = (name: string, query: Record<string, string | string[]> = {}): Endpoint => ({
    name,
    call: () => ({ path: listPath(query) }),
  })
  const open = (name: string, path: string): Endpoint => ({ name, call: () => ({ path }) })
  const own = (name: string, path: string): Endpoint => ({ name, call: () => ({ path, token }) })
  return [
    list('newest'),
    list('oldest', { sort: 'oldest' }),
    list('updated', { sort: 'updated' }),
    list('newest, half way down', { cursor: await cursorAt({}, projects / 2) }),
    list('tech common', { tech: TECHS.common }),
    list('tech common, half way down', {
      tech: TECHS.common,
      cursor: await cursorAt({ tech: TECHS.common }, projects / 2),
    }),
    list('tech rare', { tech: TECHS.rare }),
    list('tech absent', { tech: TECHS.absent }),
    list('tech common and rare', { tech: [TECHS.common, TECHS.rare] }),
    list('role', { role: ROLE }),
    list('tech and role', { tech: TECHS.common, role: ROLE }),
    list('tech and role, never together', APART[0]),
    list('status', { status: 'in_progress' }),
    list('isOpen', { isOpen: 'true' }),
    list('owner', { owner: username }),
    list('collaborator', { collaborator: username }),
    list('q common', { q: WORDS.common }),
    list('q rare', { q: WORDS.rare }),
    list('q absent', { q: WORDS.absent }),
    list('q prefix', { q: WORDS.prefix }),
    list('q and filters', MIX),
    list('q and tech, never together', APART[1]),
    list('relevance', { q: WORDS.common, sort: 'relevance' }),
    list('relevance, two words', { q: `week ${WORDS.common}`, sort: 'relevance' }),
    list('updated and filters', { tech: TECHS.common, isOpen: 'true', sort: 'updated' }),
    open('facets', '/api/projects/facets'),
    open('project', `/api/projects/${sharedId}`),
    own('project, signed in', `/api/projects/${sharedId}`),
    own('mine', '/api/projects/mine'),
    own('dashboard', '/api/projects/dashboard'),
    own('received', '/api/projects/requests/received'),
    own('sent', '/api/projects/requests/sent'),
    {
      name: 'post a project',
      call: () => ({ method: 'POST', path: '/api/projects', token, body: PROJECT, status: 201 }),
    },
    {
      name: 'patch a project',
      call: (time) => ({
        method: 'PATCH',
        path: `/api/projects/${ownId}`,
        token,
        body: { title: `A seed library, take ${time}` },
      }),
    },
  ]
}

export function listPath(query: Record<string, string | string[]>): string {
  const pairs = Object.entries(query).flatMap(([name, values]) =>
    [values].flat().map((value) => [name, value]),
  )
  return pairs.length === 0 ? '/api/projects' : `/api/projects?${new URLSearchParams(pairs)}`
}

/** A cursor of a list that is newest first, as the API would give it out with the project of that id. */
async function cursorAt(filters: { tech?: string }, id: number): Promise<string> {
  const query = projectsQuery.parse(filters)
  return cursorOf([id], ['projects', searchOf(query), query.sort], JWT_SECRET)
}

/** A project with three collaborators, in whatever world. */
export async function findShared({ db }: World): Promise<number | null> {
  return db
    .prepare(
      `SELECT project_id FROM collaboration_requests WHERE status = 'accepted'
      GROUP BY project_id HAVING count(*) = 3 LIMIT 1`,
    )
    .first<number>('project_id')
}

/** A project of the caller that nobody has asked to join. */
async function findOwned({ db, username }: World): Promise<number | null> {
  return db
    .prepare(
      `SELECT id FROM projects WHERE owner_id = (SELECT id FROM users WHERE username = ?)
        AND NOT EXISTS (SELECT 1 FROM collaboration_requests WHERE project_id = projects.id) LIMIT 1`,
    )
    .bind(username)
    .first<number>('id')
}
