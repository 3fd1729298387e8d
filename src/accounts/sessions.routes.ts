import { Hono } from 'hono'
import type { AppEnv } from '../env.ts'
import { notFound } from '../http/errors.ts'
import { revalidated } from '../http/revalidated.ts'
import { validate } from '../http/validate.ts'
import { audit } from './audit.ts'
import { signedIn } from './guard.ts'
import { sessionParam } from './schemas.ts'
import { endSession, listSessions } from './sessions.queries.ts'
import { announceEnd } from './sign-in.ts'
import { sessionView } from './views.ts'

/** Where I am signed in. */
export const sessionsRoutes = new Hono<AppEnv>()
  .get('/', revalidated, async (c) => {
    const { userId, sessionId } = signedIn(c)
    const sessions = await listSessions(c.var.db, userId, new Date())
    return c.json({ items: sessions.map((session) => sessionView(session, sessionId)), nextCursor: null })
  })

  .delete('/:id', validate('param', sessionParam), async (c) => {
    const { id } = c.req.valid('param')
    const ended = await endSession(c.var.db, { userId: signedIn(c).userId, sessionId: id }, new Date())
    if (ended.length === 0) throw notFound('session')
    announceEnd(c, ended)
    audit(c, 'session_ended', { sessionId: id })
    return c.body(null, 204)
  })
