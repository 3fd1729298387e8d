import { and, desc, eq, getTableColumns, gt, isNull, type Placeholder, type SQL, sql } from 'drizzle-orm'
import { type Database, refuseUnless } from '../db/client.ts'
import { valuesOf } from '../db/rows.ts'
import type { Named, Statements } from '../db/statements.ts'
import type { Settings } from '../env.ts'
import type { Page } from '../http/pagination.ts'
import {
  type Caller,
  type EndedSession,
  MAX_SESSIONS,
  type NewSession,
  REFRESH_GRACE_SECONDS,
} from './sessions.ts'
import { sessions, users } from './tables.ts'
import type { RefreshClaims, TokenSession } from './tokens.ts'

/** That a session has neither ended nor expired. That its user is not disabled is another condition, `isOfActiveUser`. */
export const isAlive = (now: Date | Placeholder) =>
  and(isNull(sessions.revokedAt), gt(sessions.expiresAt, now))

const isOfActiveUser = sql`EXISTS (SELECT 1 FROM ${users} WHERE ${users.id} = ${sessions.userId} AND ${users.disabledAt} IS NULL)`

/** The guard of every signed-in request: the caller's session is alive and its user active. */
export const sessionIsAlive = refuseUnless((caller: Named<Caller & { now: number }>) => {
  const isCallers = and(eq(sessions.id, caller.sessionId), eq(sessions.userId, caller.userId))
  return sql`EXISTS (SELECT 1 FROM ${sessions} WHERE ${and(isCallers, isAlive(caller.now), isOfActiveUser)})`
})

/**
 * Spends a refresh token, by compare-and-swap in one statement. The token that has the session's counter moves the counter on;
 * the token before that, within the grace window, changes nothing; any other is a replay and ends the session.
 * @returns the session as it is then, `isReplay` if this very token ended it; undefined if it was over before
 */
export async function rotateSession(
  db: Database,
  token: RefreshClaims,
  { REFRESH_TTL_SECONDS, SESSION_TTL_SECONDS }: Settings,
  now: Date,
): Promise<(TokenSession & { isReplay: boolean }) | undefined> {
  const at = now.getTime()
  const isCurrent = sql`${sessions.counter} = ${token.cnt}`
  const isInGrace = sql`${sessions.counter} = ${token.cnt + 1} AND ${sessions.rotatedAt} > ${at - REFRESH_GRACE_SECONDS * 1000}`
  const [[session]] = await db.batch([
    db
      .update(sessions)
      .set({
        counter: sql`iif(${isCurrent}, ${sessions.counter} + 1, ${sessions.counter})`,
        rotatedAt: sql`iif(${isCurrent}, ${at}, ${sessions.rotatedAt})`,
        lastUsedAt: now,
        expiresAt: sql`iif(${isCurrent}, min(${at + REFRESH_TTL_SECONDS * 1000}, ${sessions.createdAt} + ${SESSION_TTL_SECONDS * 1000}), ${sessions.expiresAt})`,
        revokedAt: sql`iif((${isCurrent}) OR (${isInGrace}), NULL, ${at})`,
      })
      .where(
        and(
          eq(sessions.id, token.sid),
          eq(sessions.userId, token.sub),
          isAlive(now),
          // The absolute limit may have been shortened since the session was last given an expiry.
          gt(sessions.createdAt, new Date(at - SESSION_TTL_SECONDS * 1000)),
          isOfActiveUser,
        ),
      )
      .returning({
        id: sessions.id,
        userId: sessions.userId,
        counter: sessions.counter,
        expiresAt: sessions.expiresAt,
        revokedAt: sessions.revokedAt,
      }),
  ])
  return session && { ...session, isReplay: session.revokedAt !== null }
}

/** That the user is not disabled, and still has the hash that was read, or that this batch has written. */
export const isUnchanged = (user: { id: number; passwordHash: string }) =>
  and(eq(users.id, user.id), eq(users.passwordHash, user.passwordHash), isNull(users.disabledAt))

/** The statement that starts a session of the user, if `isUnchanged` holds. */
export function insertSession(
  db: Statements,
  user: { id: number; passwordHash: string },
  session: NewSession,
) {
  const values = valuesOf(sessions, {
    ...session,
    userId: user.id,
    counter: 0,
    lastUsedAt: session.createdAt,
    rotatedAt: null,
    revokedAt: null,
  })
  return db
    .insert(sessions)
    .select(sql`SELECT ${values} FROM ${users} WHERE ${isUnchanged(user)}`)
    .returning({ id: sessions.id })
}

/**
 * Starts a session, unless the account was disabled, deleted or given another hash since it was read. A renewed hash of the
 * same password is stored. If the user has more than `MAX_SESSIONS` then, dead ones are deleted first, then those whose last
 * use is longest ago. @returns the living sessions that were deleted; undefined if none was started
 */
export async function createSession(
  db: Database,
  user: { id: number; passwordHash: string },
  session: NewSession,
  renewedHash: string | undefined,
): Promise<EndedSession[] | undefined> {
  const isLiving = isAlive(session.createdAt)
  const kept = sql`SELECT id FROM sessions WHERE user_id = ${user.id} ORDER BY ${isLiving} DESC, last_used_at DESC LIMIT ${MAX_SESSIONS}`
  const insert = insertSession(db, user, session)
  const prune = db
    .delete(sessions)
    .where(and(eq(sessions.userId, user.id), sql`${sessions.id} NOT IN (${kept})`))
    .returning({ id: sessions.id, expiresAt: sessions.expiresAt, isLiving: sql<number>`${isLiving}` })
  const renewal = db
    .update(users)
    .set({ passwordHash: renewedHash ?? '' })
    .where(isUnchanged(user))
  const [created, pruned] = await (renewedHash
    ? db.batch([insert, prune, renewal])
    : db.batch([insert, prune]))
  return created.length === 1 ? pruned.filter(({ isLiving }) => isLiving) : undefined
}

/** The statement that ends the living sessions that the condition finds. */
export const endSessions = (db: Statements, condition: SQL | undefined, now: Date) =>
  db
    .update(sessions)
    .set({ revokedAt: now })
    .where(and(condition, isAlive(now)))
    .returning({ id: sessions.id, expiresAt: sessions.expiresAt })

/** Ends a session. @returns it, or nothing if it was over before */
export async function endSession(
  db: Database,
  { sessionId, userId }: { sessionId: string; userId: number },
  now: Date,
): Promise<EndedSession[]> {
  const [ended] = await db.batch([
    endSessions(db, and(eq(sessions.id, sessionId), eq(sessions.userId, userId)), now),
  ])
  return ended
}

export async function endAllSessions(db: Database, userId: number, now: Date): Promise<EndedSession[]> {
  const [ended] = await db.batch([endSessions(db, eq(sessions.userId, userId), now)])
  return ended
}

/** The user's living sessions, newest first: a refresh, which is a use, moves none to another page. */
export async function listSessions(db: Database, userId: number, now: Date, { limit, after }: Page) {
  const rowId = sql<number>`rowid`
  const isAfter = after.length > 0 ? sql`(created_at, rowid) < (${sql.join(after, sql`, `)})` : undefined
  const [rows] = await db.batch([
    db
      .select({ ...getTableColumns(sessions), rowId })
      .from(sessions)
      .where(and(eq(sessions.userId, userId), isAlive(now), isAfter))
      .orderBy(desc(sessions.createdAt), desc(rowId))
      .limit(limit + 1),
  ])
  return rows
}
