import { digestPassword } from '../../src/accounts/passwords.ts'
import { done, ENDED, found, gone, NO_USER, TOKEN_REVOKED, WRONG_PASSWORD } from './answers.ts'
import { type PersonRow, personOf } from './cards.ts'
import { batch } from './guarded.ts'
import { count, log } from './logs.ts'
import { randomId, readToken, signTokens } from './tokens.ts'
import type { Visit } from './visits.ts'

const PROFILE = 'username, display_name, bio, skills, github_url, avatar_key, created_at'
const FROM_USERS = 'FROM users INNER JOIN profiles ON profiles.user_id = users.id'
const BY_USERNAME = `SELECT ${PROFILE} ${FROM_USERS} WHERE username = ?`
const LOGIN = `SELECT id, email, ${PROFILE}, password_hash, disabled_at ${FROM_USERS} WHERE email = ?`

const BEGIN = `INSERT INTO sessions (id, user_id, counter, user_agent, created_at, last_used_at, rotated_at, expires_at,
    revoked_at)
  SELECT ?, id, 0, ?, ?, ?, NULL, ?, NULL FROM users WHERE id = ? AND password_hash = ? AND disabled_at IS NULL
  RETURNING id`
const PRUNE = `DELETE FROM sessions WHERE user_id = ?1 AND id NOT IN (SELECT id FROM sessions WHERE user_id = ?1
  ORDER BY (revoked_at IS NULL AND expires_at > ?2) DESC, last_used_at DESC LIMIT ?3)
  RETURNING id, expires_at, revoked_at IS NULL AND expires_at > ?2 AS is_alive`
const ROTATE = `UPDATE sessions SET counter = iif(counter = ?1, counter + 1, counter), last_used_at = ?2,
    rotated_at = iif(counter = ?1, ?2, rotated_at),
    expires_at = iif(counter = ?1, min(?3, created_at + ?4), expires_at),
    revoked_at = iif(counter = ?1 OR (counter = ?5 AND rotated_at > ?6), NULL, ?2)
  WHERE id = ?7 AND user_id = ?8 AND revoked_at IS NULL AND expires_at > ?2
    AND EXISTS (SELECT 1 FROM users WHERE users.id = sessions.user_id AND disabled_at IS NULL)
  RETURNING id, user_id, counter, expires_at, revoked_at`
const END = `UPDATE sessions SET revoked_at = ?1 WHERE id = ?2 AND user_id = ?3 AND revoked_at IS NULL
    AND expires_at > ?1 RETURNING id, expires_at`

const BCRYPT_COST = 10
const MAX_SESSIONS = 50
const GRACE_MS = 10_000
const encoder = new TextEncoder()

interface ProfileRow extends PersonRow {
  bio: string
  skills: string
  github_url: string | null
  created_at: number
}

interface EndedRow {
  id: string
  expires_at: number
}

interface LoginRow extends ProfileRow {
  id: number
  email: string
  password_hash: string
  disabled_at: number | null
}

export async function profile(visit: Visit, username: string): Promise<Response> {
  const [rows] = await batch(visit, [visit.db.prepare(BY_USERNAME).bind(username)])
  const [row] = rows as unknown as ProfileRow[]
  if (!row) throw NO_USER
  return found(visit, profileOf(row, visit.url))
}

export async function logIn(visit: Visit): Promise<Response> {
  const { db, env, request, url } = visit
  const { email, password } = await request.json<{ email: string; password: string }>()
  const [rows] = await batch(visit, [db.prepare(LOGIN).bind(email)])
  const [user] = rows as unknown as LoginRow[]
  const digest = await digestPassword(password)
  const passwordHash = user?.disabled_at === null ? user.password_hash : undefined
  const hasher = env.PASSWORD_HASHER.getByName(await hasherNameOf(email))
  count(visit, 'objectCalls')
  const { isMatch } = await hasher.verify({ digest, passwordHash, cost: BCRYPT_COST, networks: [] })
  if (!user || !isMatch) throw WRONG_PASSWORD
  const now = Date.now()
  const session = { id: randomId(), userId: user.id, counter: 0, expiresAt: now + refreshMs(visit) }
  const userAgent = (request.headers.get('User-Agent') ?? '').slice(0, 255)
  const [, pruned] = await batch(visit, [
    db.prepare(BEGIN).bind(session.id, userAgent, now, now, session.expiresAt, user.id, user.password_hash),
    db.prepare(PRUNE).bind(user.id, now, MAX_SESSIONS),
  ])
  const ended = (pruned as unknown as (EndedRow & { is_alive: number })[]).filter(({ is_alive }) => is_alive)
  blacklist(visit, ended, now)
  log('info', { event: 'signed_in', requestId: visit.requestId, userId: user.id, sessionId: session.id })
  const account = {
    id: user.id,
    email: user.email,
    username: user.username,
    createdAt: new Date(user.created_at).toISOString(),
    profile: profileOf(user, url),
  }
  return done(visit, 200, { user: account, ...(await signTokens(session, now, signing(visit))) })
}

export async function refresh(visit: Visit): Promise<Response> {
  const { db, env, requestId } = visit
  const claims = await refreshClaimsOf(visit)
  count(visit, 'kvReads')
  if ((await env.TOKEN_BLACKLIST.get(`ended:${claims.sid}`)) !== null) throw TOKEN_REVOKED
  const now = Date.now()
  const { sid, sub, cnt = 0 } = claims
  const sessionMs = Number(env.SESSION_TTL_SECONDS) * 1000
  const values = [cnt, now, now + refreshMs(visit), sessionMs, cnt + 1, now - GRACE_MS, sid, Number(sub)]
  const [rows] = await batch(visit, [db.prepare(ROTATE).bind(...values)])
  const [session] = rows as { counter: number; expires_at: number; revoked_at: number | null }[]
  if (!session || session.revoked_at !== null) throw TOKEN_REVOKED
  log('info', { event: 'refreshed', requestId, userId: Number(sub), sessionId: sid })
  const { counter, expires_at: expiresAt } = session
  const tokens = await signTokens({ id: sid, userId: Number(sub), counter, expiresAt }, now, signing(visit))
  return done(visit, 200, tokens)
}

export async function logOut(visit: Visit): Promise<Response> {
  const { db, requestId } = visit
  const { sid, sub } = await refreshClaimsOf(visit)
  const now = Date.now()
  const [rows] = await batch(visit, [db.prepare(END).bind(now, sid, Number(sub))])
  blacklist(visit, rows as unknown as EndedRow[], now)
  log('info', { event: 'signed_out', requestId, userId: Number(sub), sessionId: sid })
  return gone(visit)
}

function blacklist(visit: Visit, sessions: EndedRow[], now: number): void {
  for (const { id, expires_at } of sessions) {
    const expirationTtl = Math.max(60, Math.ceil((expires_at - now) / 1000))
    count(visit, 'kvWrites')
    visit.context.waitUntil(visit.env.TOKEN_BLACKLIST.put(`ended:${id}`, '', { expirationTtl }))
  }
}

async function refreshClaimsOf({ request, secret }: Visit) {
  const { refresh } = await request.json<{ refresh: string }>()
  const claims = await readToken(refresh, 'refresh', secret)
  if (!claims) throw ENDED
  return claims
}

const refreshMs = ({ env }: Visit) => Number(env.REFRESH_TTL_SECONDS) * 1000

const signing = ({ env, secret }: Visit) => ({ accessSeconds: Number(env.ACCESS_TTL_SECONDS), secret })

async function hasherNameOf(email: string): Promise<string> {
  const bytes = encoder.encode(`account ${email.toLowerCase()}`)
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

const profileOf = (row: ProfileRow, { origin }: URL) => ({
  ...personOf(row, origin),
  bio: row.bio,
  skills: JSON.parse(row.skills),
  githubUrl: row.github_url,
  joinedAt: new Date(row.created_at).toISOString(),
})
