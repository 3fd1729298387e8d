import * as z from 'zod'
import { dateTime } from '../http/openapi.ts'

// What the views of this room send, as the document describes it. Every answer that a test sees is checked against it.

/** How somebody is named beside something that they made or joined. */
export const personFields = {
  username: z.string(),
  displayName: z.string(),
  avatarUrl: z.url().nullable(),
}

export const personAnswer = z.object(personFields).meta({ id: 'Person' })

export const profileAnswer = z
  .object({
    ...personFields,
    bio: z.string(),
    skills: z.array(z.string()),
    githubUrl: z.url().nullable(),
    joinedAt: dateTime,
  })
  .meta({ id: 'Profile', description: 'What everybody may see of a person.' })

export const userAnswer = z
  .object({
    id: z.int(),
    email: z.string(),
    username: z.string(),
    createdAt: dateTime,
    profile: profileAnswer,
  })
  .meta({ id: 'User', description: 'My own account, for nobody else.' })

const tokenFields = {
  access: z.string().meta({ description: 'Send it as `Authorization: Bearer …`.' }),
  refresh: z.string().meta({ description: 'Good for one refresh.' }),
  expiresIn: z.int().meta({ description: 'Seconds that `access` lives.' }),
}

export const tokensAnswer = z.object(tokenFields).meta({ id: 'Tokens' })

export const signedInAnswer = z.object({ user: userAnswer, ...tokenFields }).meta({ id: 'SignedIn' })

export const sessionAnswer = z
  .object({
    id: z.string(),
    createdAt: dateTime,
    lastUsedAt: dateTime,
    expiresAt: dateTime,
    userAgent: z.string(),
    current: z.boolean().meta({ description: 'Whether it is the one that asks.' }),
  })
  .meta({ id: 'Session' })
