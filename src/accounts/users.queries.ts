import { and, eq, isNull, sql } from 'drizzle-orm'
import type { Database } from '../db/client.ts'
import { onConstraint } from '../db/constraints.ts'
import { emailTaken, usernameTaken } from './errors.ts'
import type { ProfilePatch } from './schemas.ts'
import type { NewSession } from './sessions.ts'
import { profiles, sessions, users } from './tables.ts'

const profileColumns = {
  username: users.username,
  displayName: profiles.displayName,
  bio: profiles.bio,
  skills: profiles.skills,
  githubUrl: profiles.githubUrl,
  avatarKey: profiles.avatarKey,
  createdAt: users.createdAt,
}
const accountColumns = { id: users.id, email: users.email, ...profileColumns }

export type ProfileRow = Awaited<ReturnType<typeof findProfile>> & {}
export type AccountRow = Awaited<ReturnType<typeof findAccount>> & {}

const constraints = onConstraint({ 'users.email': emailTaken, 'users.username': usernameTaken })

const selectAccount = (db: Database) =>
  db.select(accountColumns).from(users).innerJoin(profiles, eq(profiles.userId, users.id))

/** Makes the user, its profile and its first session. @throws `email_taken`, `username_taken` */
export async function createUser(
  db: Database,
  user: { email: string; username: string; passwordHash: string; displayName: string },
  session: NewSession,
): Promise<AccountRow> {
  const { displayName, ...columns } = user
  const userId = sql`(SELECT id FROM users WHERE username = ${user.username})`
  const [, , , [account]] = await db
    .batch([
      db.insert(users).values({ ...columns, createdAt: session.createdAt }),
      db.update(profiles).set({ displayName }).where(eq(profiles.userId, userId)),
      db.insert(sessions).values({ ...session, userId, lastUsedAt: session.createdAt }),
      selectAccount(db).where(eq(users.username, user.username)),
    ])
    .catch(constraints)
  return account as AccountRow
}

/** The account that an email signs in to, with what only a login may see. */
export async function findLogin(db: Database, email: string) {
  const [[login]] = await db.batch([
    db
      .select({ ...accountColumns, passwordHash: users.passwordHash, disabledAt: users.disabledAt })
      .from(users)
      .innerJoin(profiles, eq(profiles.userId, users.id))
      .where(eq(users.email, email)),
  ])
  return login
}

/** Starts a session, unless the account was disabled, deleted or given another password since it was read. */
export async function createSession(
  db: Database,
  user: { id: number; passwordHash: string },
  session: NewSession,
): Promise<boolean> {
  const [created] = await db.batch([
    db
      .insert(sessions)
      .select(
        db
          .select({
            id: sql<string>`${session.id}`.as('id'),
            userId: users.id,
            counter: sql<number>`0`.as('counter'),
            userAgent: sql<string>`${session.userAgent}`.as('user_agent'),
            createdAt: sql<Date>`${session.createdAt.getTime()}`.as('created_at'),
            lastUsedAt: sql<Date>`${session.createdAt.getTime()}`.as('last_used_at'),
            rotatedAt: sql<Date | null>`NULL`.as('rotated_at'),
            expiresAt: sql<Date>`${session.expiresAt.getTime()}`.as('expires_at'),
            revokedAt: sql<Date | null>`NULL`.as('revoked_at'),
          })
          .from(users)
          .where(
            and(eq(users.id, user.id), eq(users.passwordHash, user.passwordHash), isNull(users.disabledAt)),
          ),
      )
      .returning({ id: sessions.id }),
  ])
  return created.length === 1
}

export async function findAccount(db: Database, userId: number) {
  const [[account]] = await db.batch([selectAccount(db).where(eq(users.id, userId))])
  return account
}

export async function findProfile(db: Database, username: string) {
  const [[profile]] = await db.batch([
    db
      .select(profileColumns)
      .from(users)
      .innerJoin(profiles, eq(profiles.userId, users.id))
      .where(eq(users.username, username)),
  ])
  return profile
}

/** Changes what the patch names and no more. @throws `username_taken` */
export async function updateAccount(db: Database, userId: number, patch: ProfilePatch) {
  const { username, ...profile } = patch
  const account = selectAccount(db).where(eq(users.id, userId))
  const renaming =
    username === undefined ? [] : [db.update(users).set({ username }).where(eq(users.id, userId))]
  const rewriting =
    Object.keys(profile).length === 0
      ? []
      : [db.update(profiles).set(profile).where(eq(profiles.userId, userId))]
  const results = await db.batch([...renaming, ...rewriting, account] as [typeof account]).catch(constraints)
  return (results as Awaited<typeof account>[]).at(-1)?.[0]
}
