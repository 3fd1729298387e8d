import { sql } from 'drizzle-orm'
import { check, index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { caselessText, timestamp } from '../db/columns.ts'

export const users = sqliteTable(
  'users',
  {
    // AUTOINCREMENT: an id is never used twice, so that the token of a deleted user fits nobody.
    id: integer('id').primaryKey({ autoIncrement: true }),
    email: caselessText('email').notNull().unique(),
    username: caselessText('username').notNull().unique(),
    passwordHash: text('password_hash').notNull(),
    createdAt: timestamp('created_at').notNull(),
    disabledAt: timestamp('disabled_at'),
  },
  (t) => [
    check('users_email_length', sql`length(${t.email}) BETWEEN 3 AND 254`),
    check(
      'users_username_form',
      sql`length(${t.username}) BETWEEN 3 AND 30 AND ${t.username} NOT GLOB '*[^a-zA-Z0-9_-]*' AND ${t.username} GLOB '[a-zA-Z0-9]*'`,
    ),
  ],
)

/** One for every user, made by a trigger of the first migration, whoever inserts the user. */
export const profiles = sqliteTable(
  'profiles',
  {
    userId: integer('user_id')
      .primaryKey()
      .references(() => users.id, { onDelete: 'cascade' }),
    displayName: text('display_name').notNull().default(''),
    bio: text('bio').notNull().default(''),
    skills: text('skills', { mode: 'json' }).$type<string[]>().notNull().default([]),
    githubUrl: text('github_url'),
    avatarKey: text('avatar_key'),
  },
  (t) => [
    index('profiles_avatar_key').on(t.avatarKey).where(sql`${t.avatarKey} IS NOT NULL`),
    check('profiles_display_name_length', sql`length(${t.displayName}) <= 80`),
    check('profiles_bio_length', sql`length(${t.bio}) <= 2000`),
    check('profiles_skills_list', sql`json_valid(${t.skills}) AND json_array_length(${t.skills}) <= 30`),
    check('profiles_github_url_form', sql`${t.githubUrl} LIKE 'https://github.com/%'`),
  ],
)

/** What `personView` shows: how somebody is named beside something that they made or joined. */
export const personColumns = {
  username: users.username,
  displayName: profiles.displayName,
  avatarKey: profiles.avatarKey,
}

/** A sign-in: begun by a login or a registration, kept alive by refreshes, over when ended or expired. */
export const sessions = sqliteTable(
  'sessions',
  {
    /** 256 random bits, base64url. */
    id: text('id').primaryKey(),
    userId: integer('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** How often the refresh token was rotated. The one token that may be spent bears this number. */
    counter: integer('counter').notNull().default(0),
    userAgent: text('user_agent').notNull().default(''),
    createdAt: timestamp('created_at').notNull(),
    lastUsedAt: timestamp('last_used_at').notNull(),
    rotatedAt: timestamp('rotated_at'),
    /** When its refresh token expires, which no refresh moves past the session's absolute limit. */
    expiresAt: timestamp('expires_at').notNull(),
    revokedAt: timestamp('revoked_at'),
  },
  (t) => [index('sessions_user_id').on(t.userId)],
)

/** Avatars that no profile shows any more, or none shows yet, noted until R2 has removed them. */
export const discardedAvatars = sqliteTable('discarded_avatars', {
  key: text('key').primaryKey(),
  /** At once (0), or if an upload notes what it is about to make, when that upload must have ended. */
  removableAt: timestamp('removable_at').notNull().default(sql`0`),
})
