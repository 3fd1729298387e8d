import { env } from 'cloudflare:workers'
import { fieldsAtFault, type Send, send } from './api.ts'
import { PIXEL } from './avatars.ts'
import { PASSWORD } from './secrets.ts'
import { ask, claimsOf, type Person, postWithMember, register } from './world.ts'

/** People and things enough for every endpoint to succeed once. */
export interface World {
  owner: Person
  /** Has asked to join the project, and waits. */
  asker: Person
  member: Person
  visitor: Person
  projectId: number
  requestId: number
  /** The visitor's. */
  avatarKey: string
}

export async function newWorld(): Promise<World> {
  const [owner, asker, member, visitor] = [
    await register(),
    await register(),
    await register(),
    await register(),
  ]
  const { projectId } = await postWithMember(owner, member)
  const avatarKey = await showAvatar(visitor)
  return { owner, asker, member, visitor, projectId, requestId: await ask(asker, projectId), avatarKey }
}

/** Shows an avatar, past the API: uploads have tests of their own. @returns its key */
export async function showAvatar(person: Person): Promise<string> {
  const key = `avatar-of-${person.username}`
  await env.AVATARS.put(key, PIXEL)
  await env.DB.prepare('UPDATE profiles SET avatar_key = ? WHERE user_id = ?').bind(key, person.id).run()
  return key
}

/** What a field of a body takes. An `opaque` text is looked up or verified, never stored: no text is malformed. */
export interface Field {
  kind: 'text' | 'names' | 'choice' | 'boolean' | 'form' | 'password' | 'opaque'
  isRequired?: true
  isNullable?: true
  /** Of the text, or of each name, in code points. */
  min?: number
  max?: number
  maxItems?: number
}

export interface Endpoint {
  /** As `app.routes` has it. */
  route: string
  status: number
  /** Who may call it; nobody in particular where it is public. */
  who?: 'owner' | 'asker' | 'member' | 'visitor'
  params?: (world: World) => Record<string, string | number>
  headers?: Record<string, string>
  /** A valid body with every field. */
  body?: (world: World) => Record<string, unknown>
  fields?: Record<string, Field>
  /** A valid body where it is no JSON. */
  picture?: Uint8Array
}

const projectFields: Record<string, Field> = {
  title: { kind: 'text', min: 3, max: 120 },
  description: { kind: 'text', min: 1, max: 10_000 },
  techStack: { kind: 'names', min: 1, max: 40, maxItems: 20 },
  rolesNeeded: { kind: 'names', min: 1, max: 40, maxItems: 20 },
  status: { kind: 'choice' },
  isOpen: { kind: 'boolean' },
}
const project = () => ({
  title: 'A new title',
  description: 'A new description.',
  techStack: ['Hono'],
  rolesNeeded: ['Tester'],
  status: 'in_progress',
  isOpen: true,
})
const ofProject = ({ projectId }: World) => ({ id: projectId })
const ofRequest = ({ requestId }: World) => ({ id: requestId })
const requested = (field: Field): Field => ({ ...field, isRequired: true })
const refresh: Record<string, Field> = { refresh: requested({ kind: 'opaque' }) }

/** Every endpoint of the API. A test holds it against `app.routes`. */
export const ENDPOINTS: Endpoint[] = [
  { route: 'GET /api/health', status: 200 },
  { route: 'GET /api/openapi.json', status: 200 },
  {
    route: 'POST /api/accounts/register',
    status: 201,
    body: ({ owner }) => ({
      email: `new-${owner.email}`,
      username: `new-${owner.username}`,
      password: 'not a common password',
      displayName: 'Somebody new',
    }),
    fields: {
      email: requested({ kind: 'form' }),
      username: requested({ kind: 'form' }),
      password: requested({ kind: 'password', min: 8, max: 256 }),
      displayName: { kind: 'text', min: 0, max: 80 },
    },
  },
  {
    route: 'POST /api/accounts/login',
    status: 200,
    body: ({ owner }) => ({ email: owner.email, password: PASSWORD }),
    fields: {
      email: requested({ kind: 'opaque' }),
      password: requested({ kind: 'password', min: 1, max: 256 }),
    },
  },
  {
    route: 'POST /api/accounts/refresh',
    status: 200,
    body: ({ owner }) => ({ refresh: owner.refresh }),
    fields: refresh,
  },
  {
    route: 'POST /api/accounts/logout',
    status: 204,
    body: ({ owner }) => ({ refresh: owner.refresh }),
    fields: refresh,
  },
  { route: 'POST /api/accounts/logout-all', status: 204, who: 'owner' },
  { route: 'GET /api/accounts/sessions', status: 200, who: 'owner' },
  {
    route: 'DELETE /api/accounts/sessions/:id',
    status: 204,
    who: 'owner',
    params: ({ owner }) => ({ id: claimsOf(owner.refresh).sid }),
  },
  { route: 'GET /api/accounts/me', status: 200, who: 'owner' },
  {
    route: 'PATCH /api/accounts/me',
    status: 200,
    who: 'owner',
    body: ({ owner }) => ({
      username: `renamed-${owner.username}`,
      displayName: 'A new name',
      bio: 'A new story.',
      skills: ['SQL'],
      githubUrl: 'https://github.com/somebody',
    }),
    fields: {
      username: { kind: 'form' },
      displayName: { kind: 'text', min: 0, max: 80 },
      bio: { kind: 'text', min: 0, max: 2000 },
      skills: { kind: 'names', min: 1, max: 40, maxItems: 30 },
      githubUrl: { kind: 'form', isNullable: true },
    },
  },
  {
    route: 'POST /api/accounts/me/password',
    status: 200,
    who: 'owner',
    body: () => ({ currentPassword: PASSWORD, newPassword: 'another uncommon password' }),
    fields: {
      currentPassword: requested({ kind: 'password', min: 1, max: 256 }),
      newPassword: requested({ kind: 'password', min: 8, max: 256 }),
    },
  },
  {
    route: 'DELETE /api/accounts/me',
    status: 204,
    who: 'owner',
    body: () => ({ password: PASSWORD }),
    fields: { password: requested({ kind: 'password', min: 1, max: 256 }) },
  },
  { route: 'PUT /api/accounts/me/avatar', status: 200, who: 'owner', picture: PIXEL },
  { route: 'DELETE /api/accounts/me/avatar', status: 204, who: 'owner' },
  { route: 'GET /api/accounts/avatars/:key', status: 200, params: ({ avatarKey }) => ({ key: avatarKey }) },
  {
    route: 'GET /api/accounts/users/:username',
    status: 200,
    params: ({ owner }) => ({ username: owner.username }),
  },
  { route: 'GET /api/projects', status: 200 },
  {
    route: 'POST /api/projects',
    status: 201,
    who: 'owner',
    body: project,
    fields: {
      ...projectFields,
      title: requested({ kind: 'text', min: 3, max: 120 }),
      description: requested({ kind: 'text', min: 1, max: 10_000 }),
    },
  },
  { route: 'GET /api/projects/facets', status: 200 },
  { route: 'GET /api/projects/dashboard', status: 200, who: 'owner' },
  { route: 'GET /api/projects/mine', status: 200, who: 'owner' },
  { route: 'GET /api/projects/:id', status: 200, params: ofProject },
  {
    route: 'PATCH /api/projects/:id',
    status: 200,
    who: 'owner',
    params: ofProject,
    body: project,
    fields: projectFields,
  },
  { route: 'DELETE /api/projects/:id', status: 204, who: 'owner', params: ofProject },
  { route: 'GET /api/projects/requests/received', status: 200, who: 'owner' },
  { route: 'GET /api/projects/requests/sent', status: 200, who: 'asker' },
  { route: 'GET /api/projects/:id/requests', status: 200, who: 'owner', params: ofProject },
  {
    route: 'POST /api/projects/:id/requests',
    status: 201,
    who: 'visitor',
    params: ofProject,
    body: () => ({ message: 'May I help?', role: 'Tester' }),
    fields: {
      message: requested({ kind: 'text', min: 1, max: 2000 }),
      role: { kind: 'text', min: 1, max: 40, isNullable: true },
    },
  },
  {
    route: 'PATCH /api/projects/requests/:id',
    status: 200,
    who: 'owner',
    params: ofRequest,
    body: () => ({ status: 'accepted' }),
    fields: { status: requested({ kind: 'choice' }) },
  },
  { route: 'DELETE /api/projects/requests/:id', status: 204, who: 'asker', params: ofRequest },
  {
    route: 'DELETE /api/projects/:id/collaborators/:username',
    status: 204,
    who: 'owner',
    params: ({ projectId, member }) => ({ id: projectId, username: member.username }),
  },
]

/** The endpoint of a route. */
export function endpointOf(route: string): Endpoint {
  const found = ENDPOINTS.find((endpoint) => endpoint.route === route)
  if (!found) throw new Error(`There is no ${route}.`)
  return found
}

/** The endpoints that take a JSON body. */
export const WITH_BODY = ENDPOINTS.flatMap(({ body, fields, ...endpoint }) =>
  body && fields ? [{ ...endpoint, body, fields }] : [],
)
export type EndpointWithBody = (typeof WITH_BODY)[number]

/** The names of the fields of the given kinds. */
export function namesOf({ fields }: EndpointWithBody, ...kinds: Field['kind'][]): string[] {
  return Object.entries(fields).flatMap(([name, { kind }]) => (kinds.includes(kind) ? [name] : []))
}

/** The valid body, with some fields given as JSON text: of two values for one name, the last one counts. */
export function bodyWith(
  { body }: EndpointWithBody,
  world: World,
  names: string[],
  json: (name: string) => string,
): string {
  const replaced = names.map((name) => `,${JSON.stringify(name)}:${json(name)}`)
  return `${JSON.stringify(body(world)).slice(0, -1)}${replaced.join('')}}`
}

/** The names of the fields that a 422 finds fault with, in or below them. */
export async function fieldsRefused(response: Promise<Response>): Promise<string[]> {
  const names = (await fieldsAtFault(response)).map((pointer) => pointer.split('/')[1] ?? '')
  return [...new Set(names)].sort()
}

/** The path of an endpoint in a world, with path parameters put in as they are, or replaced. */
export function pathOf(endpoint: Endpoint, world: World, replaced: Record<string, string> = {}): string {
  const params = { ...endpoint.params?.(world), ...replaced }
  return methodAndPath(endpoint.route).path.replace(/:(\w+)/g, (_, name) => String(params[name]))
}

/** Calls an endpoint as the one who may, with its valid body unless another is given. */
export function call(
  endpoint: Endpoint,
  world: World,
  {
    params,
    query = '',
    headers,
    ...options
  }: Send & { params?: Record<string, string>; query?: string } = {},
): Promise<Response> {
  return send(pathOf(endpoint, world, params) + query, {
    method: methodAndPath(endpoint.route).method,
    token: endpoint.who && world[endpoint.who].access,
    body: endpoint.picture ?? endpoint.body?.(world),
    headers: { ...(endpoint.picture && { 'Content-Type': 'image/gif' }), ...endpoint.headers, ...headers },
    ...options,
  })
}

export function methodAndPath(route: string): { method: string; path: string } {
  const [method = '', path = ''] = route.split(' ')
  return { method, path }
}
