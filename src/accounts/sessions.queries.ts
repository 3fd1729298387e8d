import { and, eq, gt, isNull, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../db/client.ts'
import { type Caller, REFRESH_GRACE_SECONDS } from './sessions.ts'
import { sessions, users } from './tables.ts'
import type { RefreshClaims, TokenSession } from './tokens.ts'

const isActive = (userId: SQL | number | typeof sessions.userId) =>
  sql`EXISTS (SELECT 1 FROM ${users} WHERE ${users.id} = ${userId} AND ${users.disabledAt} IS NULL)`

/** The condition that a caller's session is alive and its user active: the guard of every signed-in request. */
export function sessionIsAlive({ sessionId, userId }: Caller, now: Date): SQL {
  const isAlive = and(
    eq(sessions.id, sessionId),
    eq(sessions.userId, userId),
    isNull(sessions.revokedAt),
    gt(sessions.expiresAt, now),
    isActive(sessions.userId),
  )
  return sql`EXISTS (SELECT 1 FROM ${sessions} WHERE ${isAlive})`
}

/**
 * Spends a refresh token, by compare-and-swap in one statement. The token that bears the session's counter rotates
 * it; the one before, within the grace window, gets the session as it stands; any other is a replay and ends it.
 * @returns the session after that, `isReplay` if this very token ended it; undefined if it is over for another reason
 */
export async function rotateSession(
  db: Database,
  token: RefreshClaims,
  lifetime: { refreshSeconds: number; sessionSeconds: number },
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
        expiresAt: sql`iif(${isCurrent}, min(${at + lifetime.refreshSeconds * 1000}, ${sessions.createdAt} + ${lifetime.sessionSeconds * 1000}), ${sessions.expiresAt})`,
        revokedAt: sql`iif((${isCurrent}) OR (${isInGrace}), NULL, ${at})`,
      })
      .where(
        and(
          eq(sessions.id, token.sid),
          eq(sessions.userId, token.sub),
          isNull(sessions.revokedAt),
          gt(sessions.expiresAt, now),
          isActive(sessions.userId),
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

/** Ends a session. Undefined if it was over before. */
export async function endSession(db: Database, { sessionId, userId }: Caller, now: Date) {
  const [[ended]] = await db.batch([
    db
      .update(sessions)
      .set({ revokedAt: now })
      .where(and(eq(sessions.id, sessionId), eq(sessions.userId, userId), isNull(sessions.revokedAt)))
      .returning({ id: sessions.id, expiresAt: sessions.expiresAt }),
  ])
  return ended
}
