import { type Context, Hono } from 'hono'
import type { AppEnv } from '../env.ts'
import { validationFailed } from '../http/errors.ts'
import { operation } from '../http/openapi.ts'
import { afterwards } from '../http/request-log.ts'
import { validate } from '../http/validate.ts'
import { limited } from '../limits.ts'
import { tokensAnswer, userAnswer } from './answers.ts'
import { audit } from './audit.ts'
import { removeDiscardedAvatars } from './avatars.ts'
import { usernameTaken, wrongPassword } from './errors.ts'
import { signedIn } from './guard.ts'
import { hashPassword } from './hashing.ts'
import { passwordFault } from './password-policy.ts'
import { deleteBody, passwordBody, profilePatch } from './schemas.ts'
import { announceEnd, beginSession, firstTokens, withPassword } from './sign-in.ts'
import {
  changePassword,
  deleteAccount,
  findAccount,
  findCredentials,
  updateAccount,
} from './users.queries.ts'
import { userView } from './views.ts'

/** My own account. */
export const meRoutes = new Hono<AppEnv>()
  .get(
    '/',
    operation({
      operationId: 'getMe',
      summary: 'Read my account',
      tag: 'Accounts',
      answer: { status: 200, description: 'My account.', schema: userAnswer },
    }),
    async (c) => {
      // Not at a copy, which may be older than the account.
      const account = await findAccount(c.var.db.atPrimary(), signedIn(c).userId)
      return c.json(userView(account, c.var.origin))
    },
  )

  .patch(
    '/',
    operation({
      operationId: 'updateMe',
      summary: 'Change my profile',
      description: 'Changes what the body names. `githubUrl: null` removes the link.',
      tag: 'Accounts',
      answer: { status: 200, description: 'My account as it is now.', schema: userAnswer },
      problems: [usernameTaken()],
    }),
    validate('json', profilePatch),
    async (c) => {
      const account = await updateAccount(c.var.db, signedIn(c).userId, c.req.valid('json'))
      return c.json(userView(account, c.var.origin))
    },
  )

  .post(
    '/password',
    operation({
      operationId: 'changePassword',
      summary: 'Change my password',
      description: 'Ends every session, and starts one.',
      tag: 'Accounts',
      answer: { status: 200, description: 'The tokens of a new session.', schema: tokensAnswer },
      problems: [wrongPassword('currentPassword')],
    }),
    limited('LOGIN_LIMIT', 'SITE_LIMIT'),
    validate('json', passwordBody),
    async (c) => {
      const { currentPassword, newPassword } = c.req.valid('json')
      const session = beginSession(c)
      const ended = await withPassword(
        c,
        currentPassword,
        callersLogin(c, 'currentPassword'),
        async (account) => {
          const fault = passwordFault(newPassword, [account.email, account.username])
          if (fault) throw validationFailed([{ pointer: '/newPassword', message: fault }])
          const { BCRYPT_COST } = c.var.settings
          const newHash = await hashPassword(c.env.PASSWORD_HASHER, account, newPassword, BCRYPT_COST)
          return changePassword(c.var.db, account, newHash, session)
        },
      )
      announceEnd(c, ended)
      audit(c, 'password_changed')
      return c.json(await firstTokens(c, signedIn(c).userId, session))
    },
  )

  .delete(
    '/',
    operation({
      operationId: 'deleteMe',
      summary: 'Delete my account and everything of it',
      tag: 'Accounts',
      answer: { status: 204, description: 'The account is gone.' },
      problems: [wrongPassword('password')],
    }),
    limited('LOGIN_LIMIT', 'SITE_LIMIT'),
    validate('json', deleteBody),
    async (c) => {
      const now = new Date()
      const { password } = c.req.valid('json')
      const ended = await withPassword(c, password, callersLogin(c, 'password'), ({ id }) =>
        deleteAccount(c.var.db, id, now),
      )
      announceEnd(c, ended)
      afterwards(c, removeDiscardedAvatars(c.env, now))
      audit(c, 'account_deleted')
      return c.body(null, 204)
    },
  )

/** Finds what the caller's password is compared with. `name` is the field of the body that the password is in. */
const callersLogin = (c: Context<AppEnv>, name: Parameters<typeof wrongPassword>[0]) => async () => {
  const account = await findCredentials(c.var.db, signedIn(c).userId)
  return { ...account, account, refusal: () => wrongPassword(name) }
}
