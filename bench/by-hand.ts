/**
 * A few reads of the API as one would write them for speed: no Hono, no zod, no Drizzle, keys imported once. The SQL is
 * the API's own, and so are the answers, to the last header. It stands on valid requests: what is wrong with the others
 * it does not say.
 */
import type { Bindings } from '../src/env.ts'

// Not used, but wrangler.toml binds it.
export { PasswordHasher } from '../src/accounts/password-hasher.ts'

const CARD = `projects.id, owner_id, title, description, tech_stack, roles_needed, projects.status, is_open,
  projects.created_at, updated_at, username, display_name, avatar_key,
  (SELECT count(*) FROM collaboration_requests WHERE project_id = projects.id AND status = 'accepted') AS collaborator_count`

const listOf = (ids: string) => `SELECT ${CARD}, page.place
  FROM (SELECT id, place, row_number() OVER () AS ordinal FROM (${ids} LIMIT ?)) AS page CROSS JOIN projects
    INNER JOIN users ON users.id = owner_id INNER JOIN profiles ON profiles.user_id = owner_id
  WHERE projects.id = page.id ORDER BY page.ordinal`

const NEWEST = listOf('SELECT id, json_array(id) AS place FROM projects ORDER BY id DESC')
const MATCHING = listOf(
  'SELECT rowid AS id, json_array(rowid) AS place FROM projects_search WHERE projects_search MATCH ? ORDER BY rowid DESC',
)
const PROJECT = `SELECT ${CARD} FROM projects INNER JOIN users ON users.id = owner_id
  INNER JOIN profiles ON profiles.user_id = owner_id WHERE projects.id = ?`
const COLLABORATORS = `SELECT username, display_name, avatar_key, role FROM collaboration_requests
  INNER JOIN users ON users.id = requester_id INNER JOIN profiles ON profiles.user_id = requester_id
  WHERE project_id = ? AND status = 'accepted' ORDER BY collaboration_requests.id`
const REQUEST = 'SELECT id, status FROM collaboration_requests WHERE project_id = ? AND requester_id = ?'
const IS_SIGNED_IN = `SELECT iif(EXISTS (SELECT 1 FROM sessions
  WHERE id = ? AND user_id = ? AND revoked_at IS NULL AND expires_at > ?
    AND EXISTS (SELECT 1 FROM users WHERE users.id = sessions.user_id AND disabled_at IS NULL)), 1, json('refused'))`

const LIMIT = 20
const encoder = new TextEncoder()

interface PersonRow {
  username: string
  display_name: string
  avatar_key: string | null
}

interface CardRow extends PersonRow {
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
}

interface Claims {
  sub: string
  sid: string
  typ: string
  iss: string
  aud: string
  iat: number
  exp: number
}

export default {
  async fetch(request, env) {
    const url = new URL(request.url)
    if (url.pathname === '/api/projects') return answer(request, await list(url.searchParams, env))
    const [, id] = /^\/api\/projects\/(\d+)$/.exec(url.pathname) ?? []
    if (id === undefined) return new Response(null, { status: 404 })
    const authorization = request.headers.get('Authorization')
    if (authorization === null) return answer(request, await project(Number(id), undefined, env))
    const claims = await readToken(authorization, env.JWT_SECRET as string)
    if (!claims) return new Response(null, { status: 401 })
    return answer(request, await project(Number(id), claims, env))
  },
} satisfies ExportedHandler<Bindings>

async function list(query: URLSearchParams, env: Bindings) {
  const q = query.get('q')
  const words = q?.match(/[\p{L}\p{N}]+/gu)
  const isOpen = query.get('isOpen')
  const facets = [
    ...query.getAll('tech').map((name) => `t${hex(name)}x`),
    ...(isOpen === null ? [] : [`o${isOpen === 'true' ? 1 : 0}x`]),
  ].sort()
  const terms = [
    ...(words ? [`{title description} : (${words.map((word) => `"${word}"`).join(' AND ')} *)`] : []),
    ...(facets.length > 0 ? [`facets : (${facets.join(' AND ')})`] : []),
  ]
  const statement =
    terms.length > 0
      ? env.DB.prepare(MATCHING).bind(`(${terms.join(' AND ')})`, LIMIT + 1)
      : env.DB.prepare(NEWEST).bind(LIMIT + 1)
  const { results } = await statement.all<CardRow & { place: string }>()
  const shown = results.slice(0, LIMIT)
  const last = results.length > LIMIT ? shown.at(-1) : undefined
  const scope = JSON.stringify(['projects', { words, facets }, 'newest'])
  return {
    items: shown.map(cardOf),
    nextCursor: last ? await cursorOf(last.place.slice(1, -1), scope, env.JWT_SECRET as string) : null,
  }
}

async function project(id: number, claims: Claims | undefined, env: Bindings) {
  const viewerId = claims ? Number(claims.sub) : 0
  const statements = [
    env.DB.prepare(PROJECT).bind(id),
    env.DB.prepare(COLLABORATORS).bind(id),
    env.DB.prepare(REQUEST).bind(id, viewerId),
  ]
  if (claims) statements.unshift(env.DB.prepare(IS_SIGNED_IN).bind(claims.sid, viewerId, Date.now()))
  const results = await env.DB.batch(statements)
  const [cards, people, requests] = results.slice(claims ? 1 : 0).map(({ results }) => results)
  const [card] = cards as CardRow[]
  const [asked] = requests as { id: number; status: string }[]
  if (!card) return undefined
  return {
    ...cardOf(card),
    collaborators: (people as (PersonRow & { role: string | null })[]).map((person) => ({
      ...personOf(person),
      role: person.role,
    })),
    ...(claims && {
      viewer: {
        isOwner: card.owner_id === viewerId,
        isCollaborator: asked?.status === 'accepted',
        request: asked ?? null,
      },
    }),
  }
}

const cardOf = (row: CardRow) => ({
  id: row.id,
  title: row.title,
  description: row.description,
  techStack: namesOf(row.tech_stack),
  rolesNeeded: namesOf(row.roles_needed),
  status: row.status,
  isOpen: row.is_open === 1,
  owner: personOf(row),
  collaboratorCount: row.collaborator_count,
  createdAt: new Date(row.created_at).toISOString(),
  updatedAt: new Date(row.updated_at).toISOString(),
})

const personOf = ({ username, display_name, avatar_key }: PersonRow) => ({
  username,
  displayName: display_name,
  avatarUrl: avatar_key && `/api/accounts/avatars/${avatar_key}`,
})

const namesOf = (names: string) => (JSON.parse(names) as [string, string][]).map(([, name]) => name)

/** The body with its ETag, or 304, and the headers that every answer has. */
async function answer(request: Request, content: object | undefined): Promise<Response> {
  if (!content) return new Response(null, { status: 404 })
  const body = encoder.encode(JSON.stringify(content))
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', body))
  const { nextCursor } = content as { nextCursor?: string | null }
  const headers = {
    'access-control-expose-headers':
      'ETag,Link,Location,RateLimit,RateLimit-Policy,Retry-After,X-D1-Bookmark,X-Request-Id',
    'content-type': 'application/json',
    'cache-control': 'private, no-cache',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
    'cross-origin-opener-policy': 'same-origin',
    etag: `"${[...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')}"`,
    'referrer-policy': 'no-referrer',
    'strict-transport-security': 'max-age=63072000; includeSubDomains',
    vary: 'Origin, Authorization',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'SAMEORIGIN',
    'x-request-id': crypto.randomUUID(),
    ...(nextCursor && { link: `<${nextPage(request.url, nextCursor)}>; rel="next"` }),
  }
  if (request.headers.get('If-None-Match') === headers.etag)
    return new Response(null, { status: 304, headers })
  return new Response(body, { headers })
}

const keys = new Map<string, Promise<CryptoKey>>()

function keyOf(secret: string): Promise<CryptoKey> {
  const key =
    keys.get(secret) ??
    crypto.subtle.importKey('raw', encoder.encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [
      'sign',
      'verify',
    ])
  keys.set(secret, key)
  return key
}

async function cursorOf(place: string, scope: string, secret: string): Promise<string> {
  const mac = await crypto.subtle.sign(
    'HMAC',
    await keyOf(`cursor ${secret}`),
    encoder.encode(`${place} ${scope}`),
  )
  return `${place}.${base64url(new Uint8Array(mac).subarray(0, 9))}`
}

/** The claims of a genuine access token. */
async function readToken(authorization: string, secret: string): Promise<Claims | undefined> {
  const [header = '', payload = '', signature = ''] = authorization.slice('Bearer '.length).split('.')
  const signed = encoder.encode(`${header}.${payload}`)
  const isGenuine = await crypto.subtle.verify('HMAC', await keyOf(secret), bytesOf(signature), signed)
  if (!isGenuine || JSON.parse(textOf(header)).alg !== 'HS256') return undefined
  const claims = JSON.parse(textOf(payload)) as Claims
  const now = Date.now() / 1000
  const isValid =
    claims.typ === 'access' &&
    claims.iss === 'devcollab' &&
    claims.aud === 'devcollab-api' &&
    claims.exp > now &&
    claims.iat <= now + 5
  return isValid ? claims : undefined
}

const base64url = (bytes: Uint8Array) =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')

const bytesOf = (text: string) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) =>
    character.charCodeAt(0),
  )

const textOf = (text: string) => new TextDecoder().decode(bytesOf(text))

const hex = (name: string) =>
  [...encoder.encode(name.toLowerCase())].map((byte) => byte.toString(16).padStart(2, '0')).join('')

function nextPage(url: string, cursor: string): URL {
  const next = new URL(url)
  next.searchParams.set('cursor', cursor)
  return next
}
