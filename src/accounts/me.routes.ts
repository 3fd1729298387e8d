import { type Context, Hono } from 'hono'
import type { AppEnv } from '../env.ts'
import { operation } from '../http/openapi.ts'
import { afterwards } from '../http/request-log.ts'
import { validate } from '../http/validate.ts'
import { limited } from '../limits.ts'
import { tokensAnswer, userAnswer } from './answers.ts'
import { audit } from './audit.ts'
import { removeDiscardedAvatars } from './avatars.ts'
import { invalidCredentials, usernameTaken } from './errors.ts'
import { signedIn } from './guard.ts'
import { hashPassword } from './hashing.ts'
import { deleteBody, passwordBody, profilePatch } from './schemas.ts'
import { announceEnd, beginSession, firstTokens, refuseEasyPassword, verifyFromHere } from './sign-in.ts'
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
      // A copy may be older than the account.
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
      problems: [invalidCredentials()],
    }),
    limited('LOGIN_LIMIT', 'SITE_LIMIT'),
    validate('json', passwordBody),
    async (c) => {
      const { currentPassword, newPassword } = c.req.valid('json')
      const account = await confirmPassword(c, currentPassword)
      refuseEasyPassword('newPassword', newPassword, account)
      const newHash = await hashPassword(
        c.env.PASSWORD_HASHER,
        account,
        newPassword,
        c.var.settings.BCRYPT_COST,
      )
      const session = beginSession(c)
      const ended = await changePassword(c.var.db, account, newHash, session)
      if (!ended) throw invalidCredentials()
      announceEnd(c, ended)
      audit(c, 'password_changed')
      return c.json(await firstTokens(c, account.id, session))
    },
  )

  .delete(
    '/',
    operation({
      operationId: 'deleteMe',
      summary: 'Delete my account and everything of it',
      tag: 'Accounts',
      answer: { status: 204, description: 'The account is gone.' },
      problems: [invalidCredentials()],
    }),
    limited('LOGIN_LIMIT', 'SITE_LIMIT'),
    validate('json', deleteBody),
    async (c) => {
      const account = await confirmPassword(c, c.req.valid('json').password)
      const now = new Date()
      const ended = await deleteAccount(c.var.db, account, now)
      if (!ended) throw invalidCredentials()
      announceEnd(c, ended)
      afterwards(c, removeDiscardedAvatars(c.env, now))
      audit(c, 'account_deleted')
      return c.body(null, 204)
    },
  )

/** The caller's account, once the caller has shown to know its password. @throws `invalid_credentials`, `rate_limited` */
async function confirmPassword(c: Context<AppEnv>, password: string) {
  const account = await findCredentials(c.var.db, signedIn(c).userId)
  const { isMatch } = await verifyFromHere(c, account, password)
  if (isMatch) return account
  audit(c, 'sign_in_failed')
  throw invalidCredentials()
}
