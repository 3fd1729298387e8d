import type { listSessions } from './sessions.queries.ts'
import type { AccountRow, ProfileRow } from './users.queries.ts'

/** How somebody is named beside something they made or joined. */
export interface PersonRow {
  username: string
  displayName: string
  avatarKey: string | null
}

const avatarUrl = (key: string | null) => key && `/api/accounts/avatars/${key}`

export const personView = (person: PersonRow) => ({
  username: person.username,
  displayName: person.displayName,
  avatarUrl: avatarUrl(person.avatarKey),
})

/** What everybody may see of a person. No email, ever. */
export const profileView = (profile: ProfileRow) => ({
  ...personView(profile),
  bio: profile.bio,
  skills: profile.skills,
  githubUrl: profile.githubUrl,
  joinedAt: profile.createdAt.toISOString(),
})

/** A user's own account, for nobody else. */
export const userView = (account: AccountRow) => ({
  id: account.id,
  email: account.email,
  username: account.username,
  createdAt: account.createdAt.toISOString(),
  profile: profileView(account),
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
