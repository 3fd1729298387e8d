import * as z from 'zod'
import { codePoints, nameList, text } from '../http/text.ts'

/** Names that would be mistaken for a page or for us. Compared without regard to case. */
const RESERVED_USERNAMES = new Set(
  `about account accounts admin administrator api app auth avatars contact dashboard devcollab docs facets health help
  login logout mail me mine moderator null official password privacy profile projects refresh register requests root
  search security sessions settings signin signup staff static status support system team terms undefined user users
  webmaster www`.split(/\s+/),
)

const email = z
  .string()
  .trim()
  .max(254, { error: 'must have at most 254 characters', abort: true })
  .regex(z.regexes.email, { error: 'is not an email address' })

const username = z
  .string()
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9_-]{2,29}$/, {
    error: 'must have 3 to 30 of a-z, A-Z, 0-9, _ and -, and start with a letter or digit',
    abort: true,
  })
  .refine((value) => !RESERVED_USERNAMES.has(value.toLowerCase()), { error: 'is a reserved word' })

/** Taken exactly as sent: no trimming, no normalization, any character. Half a surrogate pair has no bytes to hash. */
const password = (min: number) =>
  z
    .string()
    .refine((value) => value.isWellFormed(), { error: 'holds half of a surrogate pair', abort: true })
    .refine((value) => codePoints(value) >= min, { error: `must have at least ${min} characters` })
    .refine((value) => codePoints(value) <= 256, { error: 'must have at most 256 characters' })
    .meta({ minLength: min, maxLength: 256, format: 'password' })

const displayName = text(0, 80)

export const registerBody = z
  .object({ email, username, password: password(8), displayName: displayName.default('') })
  .superRefine((body, context) => {
    const guess = body.password.toLowerCase()
    if (guess === body.email.toLowerCase() || guess === body.username.toLowerCase()) {
      context.addIssue({
        code: 'custom',
        path: ['password'],
        message: 'must not be the email or the username',
      })
    }
  })

/** Looser than registration: what no account can have is a wrong password, not a malformed one. */
export const loginBody = z.object({
  email: z
    .string()
    .trim()
    .min(1, { error: 'must not be empty' })
    .max(254, { error: 'must have at most 254 characters' }),
  password: password(1),
})

export const refreshBody = z.object({ refresh: z.string().min(1, { error: 'must not be empty' }).max(2048) })

export const profilePatch = z
  .object({
    username,
    displayName,
    bio: text(0, 2000),
    skills: nameList(30, 40),
    githubUrl: z
      .string()
      .trim()
      .regex(/^https:\/\/github\.com\/[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,38})\/?$/, {
        error: 'must look like https://github.com/<name>',
      })
      .nullable(),
  })
  .partial()

export const usernameParam = z.object({ username: z.string().min(1).max(100) })

export type ProfilePatch = z.output<typeof profilePatch>
