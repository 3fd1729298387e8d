import { type Context, Hono } from 'hono'
import type { AppEnv } from '../env.ts'
import { widestNetworkOf } from '../http/network.ts'
import { operation } from '../http/openapi.ts'
import { addLogFields } from '../http/request-log.ts'
import { validate } from '../http/validate.ts'
import { limited } from '../limits.ts'
import { signedInAnswer, tokensAnswer } from './answers.ts'
import { audit } from './audit.ts'
import { isBlacklisted } from './blacklist.ts'
import {
  emailTaken,
  invalidCredentials,
  refreshTokenBroken,
  refreshTokenRefused,
  tokenRevoked,
  usernameTaken,
} from './errors.ts'
import { signedIn } from './guard.ts'
import { hashPassword } from './hashing.ts'
import { loginBody, refreshBody, registerBody } from './schemas.ts'
import { createSession, endAllSessions, endSession, rotateSession } from './sessions.queries.ts'
import { REFRESH_GRACE_SECONDS } from './sessions.ts'
import { announceEnd, beginSession, firstTokens, withPassword } from './sign-in.ts'
import { readRefreshToken, signTokens } from './tokens.ts'
import { createUser, findLogin } from './users.queries.ts'
import { userView } from './views.ts'

/** Signing up, in and out. */
export const authRoutes = new Hono<AppEnv>()
  .post(
    '/register',
    operation({
      operationId: 'register',
      summary: 'Sign up',
      description: 'Creates an account with its profile, and signs in to it.',
      tag: 'Accounts',
      answer: {
        status: 201,
        description: 'The user and the tokens of a first session.',
        schema: signedInAnswer,
      },
      problems: [emailTaken(), usernameTaken()],
    }),
    limited('REGISTER_LIMIT', 'SITE_LIMIT'),
    validate('json', registerBody),
    async (c) => {
      const { password, ...body } = c.req.valid('json')
      const passwordHash = await hashPassword(
        c.env.PASSWORD_HASHER,
        { network: widestNetworkOf(c.req.raw.headers) },
        password,
        c.var.settings.BCRYPT_COST,
      )
      const session = beginSession(c)
      const account = await createUser(c.var.db, { ...body, passwordHash }, session)
      audit(c, 'registered', { userId: account.id, sessionId: session.id })
      return c.json(
        { user: userView(account, c.var.origin), ...(await firstTokens(c, account.id, session)) },
        201,
      )
    },
  )

  .post(
    '/login',
    operation({
      operationId: 'login',
      summary: 'Sign in by email and password',
      tag: 'Accounts',
      answer: {
        status: 200,
        description: 'The user and the tokens of a new session.',
        schema: signedInAnswer,
      },
      problems: [invalidCredentials()],
    }),
    limited('LOGIN_LIMIT', 'SITE_LIMIT'),
    validate('json', loginBody),
    async (c) => {
      const { email, password } = c.req.valid('json')
      const { account, session } = await signIn(c, email, password)
      audit(c, 'signed_in', { userId: account.id, sessionId: session.id })
      return c.json({ user: userView(account, c.var.origin), ...(await firstTokens(c, account.id, session)) })
    },
  )

  .post(
    '/refresh',
    operation({
      operationId: 'refresh',
      summary: 'Spend a refresh token for a new pair',
      description: `A refresh token can be spent once. Spent again within ${REFRESH_GRACE_SECONDS} seconds it gives a working pair of the same session; later, the session ends.`,
      tag: 'Accounts',
      answer: { status: 200, description: 'A new pair of the same session.', schema: tokensAnswer },
      problems: [refreshTokenRefused(), tokenRevoked()],
    }),
    limited('REFRESH_LIMIT'),
    validate('json', refreshBody),
    async (c) => {
      const { settings } = c.var
      const token = await readRefreshToken(c.req.valid('json').refresh, settings)
      if (!token) throw refreshTokenRefused()
      addLogFields(c, { userId: token.sub, sessionId: token.sid })
      if (await isBlacklisted(c.env.TOKEN_BLACKLIST, token.sid)) throw tokenRevoked()
      const now = new Date()
      const session = await rotateSession(c.var.db, token, settings, now)
      if (!session) throw tokenRevoked()
      if (session.isReplay) {
        audit(c, 'refresh_reused')
        announceEnd(c, [session])
        throw tokenRevoked()
      }
      audit(c, 'refreshed')
      return c.json(await signTokens(session, settings, now))
    },
  )

  .post(
    '/logout',
    operation({
      operationId: 'logout',
      summary: 'End the session of a refresh token',
      description: 'Works when the access token has expired, and a second time.',
      tag: 'Accounts',
      answer: { status: 204, description: 'The session is over.' },
      problems: [refreshTokenBroken()],
    }),
    limited('REFRESH_LIMIT'),
    validate('json', refreshBody),
    async (c) => {
      const token = await readRefreshToken(c.req.valid('json').refresh, c.var.settings, {
        allowExpired: true,
      })
      if (!token) throw refreshTokenBroken()
      addLogFields(c, { userId: token.sub, sessionId: token.sid })
      const ended = await endSession(c.var.db, { sessionId: token.sid, userId: token.sub }, new Date())
      announceEnd(c, ended)
      audit(c, 'signed_out')
      return c.body(null, 204)
    },
  )

  .post(
    '/logout-all',
    operation({
      operationId: 'logoutAll',
      summary: 'End all my sessions',
      tag: 'Accounts',
      answer: { status: 204, description: 'Every session of mine is over.' },
    }),
    async (c) => {
      announceEnd(c, await endAllSessions(c.var.db, signedIn(c).userId, new Date()))
      audit(c, 'signed_out_everywhere')
      return c.body(null, 204)
    },
  )

/** Starts a session of the account that email and password sign in to. @throws `invalid_credentials`, `rate_limited` */
function signIn(c: Context<AppEnv>, email: string, password: string) {
  const find = async () => {
    const account = await findLogin(c.var.db, email)
    // A disabled account is compared with the decoy, as an unknown one is: it must not tell that the password is right.
    const passwordHash = account?.disabledAt === null ? account.passwordHash : undefined
    return { email, passwordHash, account, refusal: invalidCredentials }
  }
  return withPassword(c, password, find, async (account, renewedHash) => {
    const session = beginSession(c)
    const ended = await createSession(c.var.db, account, session, renewedHash)
    if (!ended) return undefined
    announceEnd(c, ended)
    return { account, session }
  })
}
