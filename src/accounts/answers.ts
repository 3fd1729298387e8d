import * as z from 'zod'
import { moment } from '../http/openapi.ts'

/** What the views of this room send, as the document tells it. A test checks every answer against it. */
export const personFields = {
  username: z.string().meta({ examples: ['ada'] }),
  displayName: z.string().meta({ examples: ['Ada Lovelace'] }),
  avatarUrl: z
    .url()
    .nullable()
    .meta({
      examples: [
        'https://api.example.com/api/accounts/avatars/497790947d4666760ce38f3c00e852c71403cb9c5696d829',
      ],
    }),
}

export const personAnswer = z.object(personFields).meta({ id: 'Person' })

export const profileAnswer = z
  .object({
    ...personFields,
    bio: z.string(),
    skills: z.array(z.string()).meta({ examples: [['TypeScript', 'C++']] }),
    githubUrl: z
      .url()
      .nullable()
      .meta({ examples: ['https://github.com/ada'] }),
    joinedAt: moment,
  })
  .meta({ id: 'Profile', description: 'What everybody may see of a person.' })

export const userAnswer = z
  .object({
    id: z.int(),
    email: z.string().meta({ examples: ['ada@example.com'] }),
    username: z.string().meta({ examples: ['ada'] }),
    createdAt: moment,
    profile: profileAnswer,
  })
  .meta({ id: 'User', description: 'My own account, for nobody else.' })

const tokenFields = {
  access: z.string().meta({ description: 'Send it as `Authorization: Bearer …`.' }),
  refresh: z.string().meta({ description: 'Good for one refresh.' }),
  expiresIn: z.int().meta({ description: 'Seconds that `access` lives.', examples: [900] }),
}

export const tokensAnswer = z.object(tokenFields).meta({ id: 'Tokens' })

export const signedInAnswer = z.object({ user: userAnswer, ...tokenFields }).meta({ id: 'SignedIn' })

export const sessionAnswer = z
  .object({
    id: z.string(),
    createdAt: moment,
    lastUsedAt: moment,
    expiresAt: moment,
    userAgent: z.string(),
    current: z.boolean().meta({ description: 'Whether it is the one that asks.' }),
  })
  .meta({ id: 'Session' })
