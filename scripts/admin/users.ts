import { eq } from 'drizzle-orm'
import { blacklist } from '../../src/accounts/blacklist.ts'
import { endAllSessions, endSession, endSessions } from '../../src/accounts/sessions.queries.ts'
import { sessions, users } from '../../src/accounts/tables.ts'
import { openDatabase } from '../../src/db/client.ts'
import { plural, Refusal, type Stores, shown, type Terminal } from './stores.ts'

interface Named {
  id: number
  username: string
  disabledAt: number | null
}

// An id or a name: `42` may be either.
const NAMED = `(id = CAST(?1 AS INTEGER) AND ?1 NOT GLOB '*[^0-9]*') OR username = ?1 OR email = ?1`

const FOUND = `
  SELECT id, email, username, strftime('%FT%TZ', created_at / 1000, 'unixepoch') AS createdAt,
    strftime('%FT%TZ', disabled_at / 1000, 'unixepoch') AS disabledAt,
    display_name AS displayName, bio, skills, github_url AS githubUrl, avatar_key AS avatarKey,
    (SELECT count(*) FROM projects WHERE owner_id = users.id) AS projects,
    (SELECT count(*) FROM collaboration_requests WHERE requester_id = users.id) AS requestsSent,
    (SELECT count(*) FROM collaboration_requests WHERE owner_id = users.id) AS requestsReceived,
    (SELECT count(*) FROM sessions WHERE user_id = users.id AND revoked_at IS NULL AND expires_at > ?2) AS livingSessions
  FROM users LEFT JOIN profiles ON user_id = users.id WHERE ${NAMED} ORDER BY id`

/** Prints everybody whom the name fits: an email, a username or an id. No password hash. */
export async function find({ DB }: Stores, name: string, terminal: Terminal): Promise<void> {
  const { results } = await DB.prepare(FOUND).bind(name, Date.now()).all<Record<string, unknown>>()
  if (results.length === 0) throw new Refusal(`There is no user "${name}".`)
  for (const { skills, ...user } of results) {
    terminal.print(shown({ ...user, skills: typeof skills === 'string' ? JSON.parse(skills) : null }))
  }
}

/** The one user that is meant. @throws `Refusal` if there is none, or the name of one is the id of another */
async function userOf({ DB }: Stores, name: string): Promise<Named> {
  const { results } = await DB.prepare(
    `SELECT id, username, disabled_at AS disabledAt FROM users WHERE ${NAMED}`,
  )
    .bind(name)
    .all<Named>()
  const [user, other] = results
  if (!user) throw new Refusal(`There is no user "${name}".`)
  if (other) throw new Refusal(`"${name}" is the id of one user and the name of another: give an email.`)
  return user
}

/** Disables the account and ends its sessions, in one transaction. */
export async function disable(stores: Stores, name: string, terminal: Terminal): Promise<void> {
  const user = await userOf(stores, name)
  if (user.disabledAt !== null) throw new Refusal(`${inWords(user)} is disabled already.`)
  await terminal.confirm(`Disables ${inWords(user)} and ends all sessions of that account.`)
  const [db, now] = [openDatabase(stores.DB), new Date()]
  const [, ended] = await db.batch([
    db.update(users).set({ disabledAt: now }).where(eq(users.id, user.id)),
    endSessions(db, eq(sessions.userId, user.id), now),
  ])
  await blacklist(stores.TOKEN_BLACKLIST, ended, now)
  terminal.print(`Disabled ${inWords(user)} and ended ${plural(ended.length, 'session')}.`)
}

/** Lets the user sign in again. Sessions that were ended stay so. */
export async function enable(stores: Stores, name: string, terminal: Terminal): Promise<void> {
  const user = await userOf(stores, name)
  if (user.disabledAt === null) throw new Refusal(`${inWords(user)} is not disabled.`)
  await terminal.confirm(`Enables ${inWords(user)}, who may sign in again.`)
  await stores.DB.prepare('UPDATE users SET disabled_at = NULL WHERE id = CAST(? AS INTEGER)')
    .bind(user.id)
    .run()
  terminal.print(`Enabled ${inWords(user)}.`)
}

interface SessionRow {
  id: string
  userAgent: string
  createdAt: string
  lastUsedAt: string
  expiresAt: string
  state: string
}

/** Prints the user's sessions, last used first, those that are over included until housekeeping removes them. */
export async function listSessions(stores: Stores, name: string, terminal: Terminal): Promise<void> {
  const user = await userOf(stores, name)
  const at = (column: string) => `strftime('%FT%TZ', ${column} / 1000, 'unixepoch')`
  const { results } = await stores.DB.prepare(
    `SELECT id, user_agent AS userAgent, ${at('created_at')} AS createdAt, ${at('last_used_at')} AS lastUsedAt,
      ${at('expires_at')} AS expiresAt,
      iif(revoked_at IS NOT NULL, 'ended', iif(expires_at <= ?2, 'expired', 'alive')) AS state
    FROM sessions WHERE user_id = CAST(?1 AS INTEGER) ORDER BY last_used_at DESC`,
  )
    .bind(user.id, Date.now())
    .all<SessionRow>()
  terminal.print(`${inWords(user)} has ${plural(results.length, 'session')}.`)
  for (const session of results) terminal.print(shown(session))
}

export async function endOneSession(stores: Stores, id: string, terminal: Terminal): Promise<void> {
  const userId = await stores.DB.prepare('SELECT user_id FROM sessions WHERE id = ?')
    .bind(id)
    .first<number>('user_id')
  if (userId === null) throw new Refusal('There is no such session.')
  await terminal.confirm(`Ends a session of user ${userId}.`)
  const now = new Date()
  const ended = await endSession(openDatabase(stores.DB), { sessionId: id, userId }, now)
  await blacklist(stores.TOKEN_BLACKLIST, ended, now)
  terminal.print(ended.length === 1 ? `Ended a session of user ${userId}.` : 'It was over before.')
}

export async function endSessionsOf(stores: Stores, name: string, terminal: Terminal): Promise<void> {
  const user = await userOf(stores, name)
  await terminal.confirm(`Ends all sessions of ${inWords(user)}.`)
  const now = new Date()
  const ended = await endAllSessions(openDatabase(stores.DB), user.id, now)
  await blacklist(stores.TOKEN_BLACKLIST, ended, now)
  terminal.print(`Ended ${plural(ended.length, 'session')} of ${inWords(user)}.`)
}

const inWords = ({ id, username }: Named) => `user ${id}, ${username}`
