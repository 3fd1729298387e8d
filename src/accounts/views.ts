import type { listSessions } from './sessions.queries.ts'
import type { AccountRow, ProfileRow } from './users.queries.ts'

/** How somebody is named beside something they made or joined. */
interface PersonRow {
  username: string
  displayName: string
  avatarKey: string | null
}

/** Absolute, so that a page on another origin can show it. `origin` is the one that the request came to. */
const avatarUrl = (key: string | null, origin: string) => key && `${origin}/api/accounts/avatars/${key}`

export const personView = (person: PersonRow, origin: string) => ({
  username: person.username,
  displayName: person.displayName,
  avatarUrl: avatarUrl(person.avatarKey, origin),
})

/** What everybody may see of a person. No email, ever. */
export const profileView = (profile: ProfileRow, origin: string) => ({
  ...personView(profile, origin),
  bio: profile.bio,
  skills: profile.skills,
  githubUrl: profile.githubUrl,
  joinedAt: profile.createdAt.toISOString(),
})

/** A user's own account, for nobody else. */
export const userView = (account: AccountRow, origin: string) => ({
  id: account.id,
  email: account.email,
  username: account.username,
  createdAt: account.createdAt.toISOString(),
  profile: profileView(account, origin),
})

export const sessionView = (
  session: Awaited<ReturnType<typeof listSessions>>[number],
  currentId: string,
) => ({
  id: session.id,
  createdAt: session.createdAt.toISOString(),
  lastUsedAt: session.lastUsedAt.toISOString(),
  expiresAt: session.expiresAt.toISOString(),
  userAgent: session.userAgent,
  current: session.id === currentId,
})
