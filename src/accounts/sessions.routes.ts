import { Hono } from 'hono'
import { type AppEnv, secretsOf } from '../env.ts'
import { notFound } from '../http/errors.ts'
import { operation } from '../http/openapi.ts'
import { answerPage, pageAnswer } from '../http/pagination.ts'
import { validate } from '../http/validate.ts'
import { sessionAnswer } from './answers.ts'
import { audit } from './audit.ts'
import { signedIn } from './guard.ts'
import { sessionParam, sessionsQuery } from './schemas.ts'
import { endSession, listSessions } from './sessions.queries.ts'
import { MAX_SESSIONS } from './sessions.ts'
import { announceEnd } from './sign-in.ts'
import { sessionView } from './views.ts'

/** Where I am signed in. */
export const sessionsRoutes = new Hono<AppEnv>()
  .get(
    '/',
    operation({
      operationId: 'listSessions',
      summary: 'See where I am signed in',
      description: `Without \`limit\` all of them, which are ${MAX_SESSIONS} at most.`,
      tag: 'Accounts',
      answer: pageAnswer('A page of my living sessions, newest first.', sessionAnswer),
    }),
    validate('query', sessionsQuery),
    async (c) => {
      const { userId, sessionId } = signedIn(c)
      return answerPage(c, {
        scope: ['sessions', userId],
        secrets: secretsOf(c.var.settings),
        query: c.req.valid('query'),
        rows: (page) => listSessions(c.var.db, userId, new Date(), page),
        placeOf: ({ createdAt, rowId }) => [createdAt.getTime(), rowId],
        view: (session) => sessionView(session, sessionId),
      })
    },
  )

  .delete(
    '/:id',
    operation({
      operationId: 'endSession',
      summary: 'End one of my sessions',
      tag: 'Accounts',
      answer: { status: 204, description: 'The session is over.' },
      problems: [notFound('session')],
    }),
    validate('param', sessionParam),
    async (c) => {
      const { id } = c.req.valid('param')
      const ended = await endSession(c.var.db, { userId: signedIn(c).userId, sessionId: id }, new Date())
      if (ended.length === 0) throw notFound('session')
      announceEnd(c, ended)
      audit(c, 'session_ended', { sessionId: id })
      return c.body(null, 204)
    },
  )
