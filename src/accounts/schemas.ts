import * as z from 'zod'
import { faultOf, nameList, notLength, notWellFormed, text } from '../http/text.ts'

/** Names that would be mistaken for a page or for us. Compared without regard to case. */
const RESERVED_USERNAMES = new Set(
  `about account accounts admin administrator api app auth avatars contact dashboard devcollab docs facets health help
  login logout mail me mine moderator null official password privacy profile projects refresh register requests root
  search security sessions settings signin signup staff static status support system team terms undefined user users
  webmaster www`.split(/\s+/),
)

const USERNAME = /^[a-zA-Z0-9][a-zA-Z0-9_-]{2,29}$/

const email = z
  .string()
  .trim()
  .check(
    faultOf(
      (value) => notLength(value, 1, 254) || (!z.regexes.email.test(value) && 'is not an email address'),
    ),
  )

const username = z.string().check(
  faultOf((value) => {
    if (!USERNAME.test(value))
      return 'must have 3 to 30 of a-z, A-Z, 0-9, _ and -, and start with a letter or digit'
    return RESERVED_USERNAMES.has(value.toLowerCase()) && 'is a reserved word'
  }),
)

/** Taken exactly as sent: no trimming, no normalization, any character. */
const password = (min: number) =>
  z
    .string()
    .check(faultOf((value) => notWellFormed(value) || notLength(value, min, 256)))
    .meta({ minLength: min, maxLength: 256, format: 'password' })

const displayName = text(0, 80)

const folded = (value: unknown) => (typeof value === 'string' ? value.trim().toLowerCase() : undefined)

export const registerBody = z
  .object({ email, username, password: password(8), displayName: displayName.default('') })
  .refine(({ email, username, password }) => ![email, username].map(folded).includes(folded(password)), {
    path: ['password'],
    error: 'must not be the email or the username',
    // Also when another field is at fault, so that all faults are named at once.
    when: ({ value }) => typeof (value as { password?: unknown } | null)?.password === 'string',
  })

/** Looser than registration: what no account can have is a wrong password, not a malformed one. */
export const loginBody = z.object({
  email: text(1, 254),
  password: password(1),
})

export const refreshBody = z.object({ refresh: text(1, 2048) })

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
