import * as z from 'zod'
import { pageQueryOf } from '../http/pagination.ts'
import { alongside, faultOf, nameList, notLength, notWellFormed, text } from '../http/text.ts'
import { passwordFault } from './password-policy.ts'
import { MAX_SESSIONS } from './sessions.ts'

/** Names that would be mistaken for a page or for us. Compared without regard to case. */
const RESERVED_USERNAMES =
  `about account accounts admin administrator api app auth avatars contact dashboard devcollab docs facets health help
  login logout mail me mine moderator null official password privacy profile projects refresh register requests root
  search security sessions settings signin signup staff static status support system team terms undefined user users
  webmaster www`.split(/\s+/)

const USERNAME = /^[a-zA-Z0-9][a-zA-Z0-9_-]{2,29}$/

/**
 * What a form's email field takes, with a domain of two labels or more: a dot-atom (RFC 5322, 3.2.3), and labels of a host (RFC
 * 1123, 2.1), the last one without digits unless it is in Punycode. zod's own refuses `a&b@example.com`.
 */
const EMAIL =
  /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@(?:[A-Za-z\d](?:[A-Za-z\d-]{0,61}[A-Za-z\d])?\.)+(?:[A-Za-z]{2,63}|xn--[A-Za-z\d-]{1,59})$/

const email = z
  .string()
  .trim()
  .check(faultOf((value) => notLength(value, 1, 254) || (!EMAIL.test(value) && 'is not an email address')))
  .meta({
    description: 'Compared without regard to case.',
    format: 'email',
    pattern: EMAIL.source,
    maxLength: 254,
  })

const username = z
  .string()
  .check(
    faultOf((value) => {
      if (!USERNAME.test(value))
        return 'must have 3 to 30 of a-z, A-Z, 0-9, _ and -, and start with a letter or digit'
      return RESERVED_USERNAMES.includes(value.toLowerCase()) && 'is a reserved word'
    }),
  )
  .meta({
    description: 'None of the reserved words, whatever its case.',
    pattern: USERNAME.source,
    minLength: 3,
    maxLength: 30,
    not: { enum: RESERVED_USERNAMES },
  })

/** Taken exactly as sent: no trimming, no normalization, any character. */
const password = (min: number, faultBeside = (_value: string): string | undefined => undefined) =>
  z
    .string()
    .check(faultOf((value) => notWellFormed(value) || notLength(value, min, 256) || faultBeside(value)))
    .meta({ minLength: min, maxLength: 256, format: 'password' })

/** A password to be set. That it is no name of the user's own is checked where those are known. */
const newPassword = password(8, (value) => passwordFault(value, [])).meta({
  description: 'Not a common password, nor the email, the username or `devcollab`.',
})

const displayName = text(0, 80)

export const registerBody = z
  .object({ email, username, password: newPassword, displayName: displayName.default('') })
  .check(
    alongside((body, fault, atFault) => {
      const { email, username, password } = Object(body) as Record<string, unknown>
      const known = [email, username].filter(
        (name) => typeof name === 'string' && name.length <= 254,
      ) as string[]
      if (typeof password !== 'string' || atFault.has('password')) return
      const message = passwordFault(password, known)
      if (message) fault(['password'], message)
    }),
  )

/** Looser than registration: who registered before a rule became stricter must still get in. */
export const loginBody = z.object({
  email: text(1, 254),
  password: password(1),
})

export const passwordBody = z.object({ currentPassword: password(1), newPassword })
export const deleteBody = z.object({ password: password(1) })

export const refreshBody = z.object({
  refresh: z
    .string()
    .check(faultOf((value) => notLength(value, 1, 2048)))
    .meta({ description: 'The refresh token of the session.', minLength: 1, maxLength: 2048 }),
})

export const profilePatch = z
  .object({
    username,
    displayName,
    bio: text(0, 2000),
    skills: nameList(30, 40),
    githubUrl: z
      .string()
      .trim()
      .regex(/^https:\/\/github\.com\/[a-zA-Z0-9][a-zA-Z0-9_-]{0,38}\/?$/, {
        error: 'must look like https://github.com/<name>',
      })
      .nullable(),
  })
  .partial()

/** Without `limit`, one page has all. */
export const sessionsQuery = z.object(pageQueryOf(MAX_SESSIONS))

export const sessionParam = z.object({
  id: z.string().min(1).max(100).meta({ description: 'The id of the session.' }),
})
export const keyParam = z.object({
  key: z
    .string()
    .regex(/^[\w-]{1,100}$/)
    .meta({ description: 'What an `avatarUrl` ends with.' }),
})
export const usernameParam = z.object({
  username: z.string().min(1).max(100).meta({ description: 'The username of the person.' }),
})

export type ProfilePatch = z.output<typeof profilePatch>
