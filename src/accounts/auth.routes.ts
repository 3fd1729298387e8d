import { type Context, Hono } from 'hono'
import type { AppEnv } from '../env.ts'
import { unauthenticated } from '../http/errors.ts'
import { log } from '../http/log.ts'
import { validate } from '../http/validate.ts'
import { blacklist, isBlacklisted } from './blacklist.ts'
import { invalidCredentials, tokenRevoked } from './errors.ts'
import { hashPassword, verifyPassword } from './passwords.ts'
import { loginBody, refreshBody, registerBody } from './schemas.ts'
import { endSession, rotateSession } from './sessions.queries.ts'
import { newSession } from './sessions.ts'
import { readRefreshToken, signTokens } from './tokens.ts'
import { createSession, createUser, findLogin } from './users.queries.ts'
import { userView } from './views.ts'

/** Signing up, in and out. */
export const authRoutes = new Hono<AppEnv>()
  .post('/register', validate('json', registerBody), async (c) => {
    const { password, ...body } = c.req.valid('json')
    const passwordHash = await hashPassword(password, c.var.settings.BCRYPT_COST)
    const session = begin(c)
    const account = await createUser(c.var.db, { ...body, passwordHash }, session)
    return c.json({ user: userView(account), ...(await tokensOf(c, account.id, session)) }, 201)
  })

  .post('/login', validate('json', loginBody), async (c) => {
    const { email, password } = c.req.valid('json')
    const account = await findLogin(c.var.db, email)
    const isMatch = await verifyPassword(password, account?.passwordHash, c.var.settings.BCRYPT_COST)
    const session = begin(c)
    // Asks again: the account may have been disabled while bcrypt was at work.
    if (!account || !isMatch || !(await createSession(c.var.db, account, session))) throw invalidCredentials()
    return c.json({ user: userView(account), ...(await tokensOf(c, account.id, session)) })
  })

  .post('/refresh', validate('json', refreshBody), async (c) => {
    const { settings } = c.var
    const token = await readRefreshToken(c.req.valid('json').refresh, settings)
    if (!token) throw unauthenticated('The refresh token is broken or has expired. Log in again.')
    if (await isBlacklisted(c.env.TOKEN_BLACKLIST, token.sid)) throw tokenRevoked()
    const lifetime = {
      refreshSeconds: settings.REFRESH_TTL_SECONDS,
      sessionSeconds: settings.SESSION_TTL_SECONDS,
    }
    const now = new Date()
    const session = await rotateSession(c.var.db, token, lifetime, now)
    if (session?.isReplay) announceEnd(c, session, 'refresh_reuse')
    if (!session || session.isReplay) throw tokenRevoked()
    return c.json(await signTokens(session, settings, now))
  })

  .post('/logout', validate('json', refreshBody), async (c) => {
    const token = await readRefreshToken(c.req.valid('json').refresh, c.var.settings, { allowExpired: true })
    if (!token) throw unauthenticated('The refresh token is broken.')
    const ended = await endSession(c.var.db, { sessionId: token.sid, userId: token.sub }, new Date())
    if (ended) announceEnd(c, ended, 'logout')
    return c.body(null, 204)
  })

function begin(c: Context<AppEnv>) {
  return newSession(c.req.header('User-Agent'), c.var.settings, new Date())
}

function tokensOf(c: Context<AppEnv>, userId: number, session: ReturnType<typeof newSession>) {
  return signTokens({ ...session, userId, counter: 0 }, c.var.settings, session.createdAt)
}

/** Tells KV of a session that D1 has ended. The answer does not wait for it. */
function announceEnd(c: Context<AppEnv>, session: { id: string; expiresAt: Date }, event: string) {
  log('info', { event, requestId: c.var.requestId, sessionId: session.id })
  c.executionCtx.waitUntil(blacklist(c.env.TOKEN_BLACKLIST, session, new Date()))
}
