import { randomBytes } from 'node:crypto'
import * as z from 'zod'
import { short } from './answers.ts'
import type { Story } from './story.ts'

const tokens = z.object({ access: z.string(), refresh: z.string(), expiresIn: z.number() })
const session = tokens.extend({ user: z.object({ id: z.number(), username: z.string() }) })

type Session = z.output<typeof session>

export interface Person {
  email: string
  username: string
  password: string
  displayName: string
}

/** A person that nobody has met before. */
export function somebody(name: string, displayName: string): Person {
  const username = `${name}-${randomBytes(4).toString('hex')}`
  return {
    email: `${username}@demo.devcollab.example`,
    username,
    password: randomBytes(12).toString('base64url'),
    displayName,
  }
}

export function register(story: Story, person: Person): Promise<Session> {
  return story.answer('POST /api/accounts/register', { body: person }, 201, session, sessionInWords)
}

/** Goes through a session from its first token to its last. Returns the session that lives on. */
export async function logInAndOut(story: Story, person: Person): Promise<Session> {
  story.step('Ada logs in on another machine.')
  const first = await logIn(story, person)

  story.step('She trades her refresh token for a new pair. It is good for this once.')
  const second = await story.answer(
    'POST /api/accounts/refresh',
    { body: { refresh: first.refresh } },
    200,
    tokens,
    pairInWords,
  )

  story.step('She logs out there, which ends that session.')
  await story.answer(
    'POST /api/accounts/logout',
    { body: { refresh: second.refresh } },
    204,
    z.undefined(),
    () => 'no content',
  )

  story.step('Neither the refresh token she logged out with is taken now, nor the one she had spent before.')
  for (const { refresh } of [second, first]) {
    await story.refusal('POST /api/accounts/refresh', { body: { refresh } }, 401, 'token_revoked')
  }

  story.step(
    `Her access token had ${Math.round(second.expiresIn / 60)} minutes to live. It is refused all the same.`,
  )
  await story.refusal('GET /api/projects/mine', { token: second.access }, 401, 'unauthenticated')

  story.step('Ada logs in again.')
  return logIn(story, person)
}

function logIn(story: Story, { email, password }: Person): Promise<Session> {
  return story.answer('POST /api/accounts/login', { body: { email, password } }, 200, session, sessionInWords)
}

const sessionInWords = (body: Session) => `user ${body.user.id}, ${body.user.username}\n${pairInWords(body)}`

const pairInWords = ({ access, refresh }: z.output<typeof tokens>) =>
  `access ${short(access)}, refresh ${short(refresh)}`
