import { and, eq, exists, sql } from 'drizzle-orm'
import type { Database } from '../db/client.ts'
import { onConstraint } from '../db/constraints.ts'
import { type Named, prepared, type Statements } from '../db/statements.ts'
import { emailTaken, usernameTaken } from './errors.ts'
import type { ProfilePatch } from './schemas.ts'
import { endSessions, insertSession, isAlive, isUnchanged } from './sessions.queries.ts'
import type { EndedSession, NewSession } from './sessions.ts'
import { personColumns, profiles, sessions, users } from './tables.ts'

const profileColumns = {
  ...personColumns,
  bio: profiles.bio,
  skills: profiles.skills,
  githubUrl: profiles.githubUrl,
  createdAt: users.createdAt,
}
const accountColumns = { id: users.id, email: users.email, ...profileColumns }

export type ProfileRow = Awaited<ReturnType<typeof findProfile>> & {}
export type AccountRow = Awaited<ReturnType<typeof selectAccount>>[number]

const constraints = onConstraint({ 'users.email': emailTaken, 'users.username': usernameTaken })

/** The statement that reads accounts with their profiles. */
export const selectAccount = (db: Statements) =>
  db.select(accountColumns).from(users).innerJoin(profiles, eq(profiles.userId, users.id))

/** The row of a user, which is sure to be there: the same transaction has made the user, or its guard has found it. */
export const onlyRow = <Row>([row]: Row[]) => row as Row

/** Makes the user, its profile and its first session. @throws `email_taken`, `username_taken` */
export async function createUser(
  db: Database,
  user: { email: string; username: string; passwordHash: string; displayName: string },
  session: NewSession,
): Promise<AccountRow> {
  const { displayName, ...columns } = user
  const userId = sql`(SELECT id FROM users WHERE username = ${user.username})`
  const [, , , accounts] = await db
    .batch([
      db.insert(users).values({ ...columns, createdAt: session.createdAt }),
      db.update(profiles).set({ displayName }).where(eq(profiles.userId, userId)),
      db.insert(sessions).values({ ...session, userId, lastUsedAt: session.createdAt }),
      selectAccount(db).where(eq(users.username, user.username)),
    ])
    .catch(constraints)
  return onlyRow(accounts)
}

/** The account that an email signs in to, with what only a login needs: the hash of the password, and when it was disabled. */
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

/** What the caller's password is compared with. */
export async function findCredentials(db: Database, userId: number) {
  const [accounts] = await db.batch([
    db
      .select({
        id: users.id,
        email: users.email,
        username: users.username,
        passwordHash: users.passwordHash,
      })
      .from(users)
      .where(eq(users.id, userId)),
  ])
  return onlyRow(accounts)
}

/**
 * Gives the user another password, ends every session and starts one; does nothing if the password was changed or the account
 * disabled since it was read. @returns the sessions that ended; undefined if nothing was done
 */
export async function changePassword(
  db: Database,
  user: { id: number; passwordHash: string },
  newHash: string,
  session: NewSession,
): Promise<EndedSession[] | undefined> {
  const changed = { id: user.id, passwordHash: newHash }
  // Of two changes at once, the second finds no user with the old hash; so none has its new one, and nothing else happens.
  const [, ended, created] = await db.batch([
    db.update(users).set({ passwordHash: newHash }).where(isUnchanged(user)),
    endSessions(
      db,
      and(
        eq(sessions.userId, user.id),
        exists(db.select({ id: users.id }).from(users).where(isUnchanged(changed))),
      ),
      session.createdAt,
    ),
    insertSession(db, changed, session),
  ])
  return created.length === 1 ? ended : undefined
}

/**
 * Deletes the caller and, by cascade, everything that is the caller's, in one transaction. A trigger notes the avatar for
 * removal. A change of the password in the meantime has ended the caller's session: then the guard lets nothing happen.
 * @returns the living sessions that ended
 */
export async function deleteAccount(db: Database, userId: number, now: Date): Promise<EndedSession[]> {
  const [ended] = await db.batch([
    db
      .select({ id: sessions.id, expiresAt: sessions.expiresAt })
      .from(sessions)
      .where(and(eq(sessions.userId, userId), isAlive(now))),
    db.delete(users).where(eq(users.id, userId)),
  ])
  return ended
}

const account = prepared((db, { userId }: Named<{ userId: number }>) => [
  selectAccount(db).where(eq(users.id, userId)),
])

/** The caller's account. */
export async function findAccount(db: Database, userId: number): Promise<AccountRow> {
  const [found] = await db.batch(account({ userId }))
  return onlyRow(found)
}

const profile = prepared((db, { username }: Named<{ username: string }>) => [
  db
    .select(profileColumns)
    .from(users)
    .innerJoin(profiles, eq(profiles.userId, users.id))
    .where(eq(users.username, username)),
])

export async function findProfile(db: Database, username: string) {
  const [[found]] = await db.batch(profile({ username }))
  return found
}

/** Changes what the patch names of the caller's account, and nothing else. @throws `username_taken` */
export async function updateAccount(db: Database, userId: number, patch: ProfilePatch): Promise<AccountRow> {
  const { username, ...profile } = patch
  const account = selectAccount(db).where(eq(users.id, userId))
  const renaming =
    username === undefined ? [] : [db.update(users).set({ username }).where(eq(users.id, userId))]
  const rewriting =
    Object.keys(profile).length === 0
      ? []
      : [db.update(profiles).set(profile).where(eq(profiles.userId, userId))]
  const results = await db.batch([...renaming, ...rewriting, account] as [typeof account]).catch(constraints)
  return onlyRow((results as AccountRow[][]).at(-1) ?? [])
}
