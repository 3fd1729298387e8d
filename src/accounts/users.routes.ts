import { Hono } from 'hono'
import type { AppEnv } from '../env.ts'
import { notFound } from '../http/errors.ts'
import { operation } from '../http/openapi.ts'
import { REVALIDATED, revalidated } from '../http/revalidated.ts'
import { validate } from '../http/validate.ts'
import { profileAnswer } from './answers.ts'
import { usernameParam } from './schemas.ts'
import { findProfile } from './users.queries.ts'
import { profileView } from './views.ts'

/** Other people. */
export const usersRoutes = new Hono<AppEnv>().get(
  '/:username',
  operation({
    operationId: 'getProfile',
    summary: 'Read the profile of a person',
    description: 'The projects of a person are `GET /api/projects?owner=` and `?collaborator=`.',
    tag: 'Profiles',
    answer: { status: 200, description: 'The profile.', schema: profileAnswer, headers: REVALIDATED },
    problems: [notFound('user')],
  }),
  validate('param', usernameParam),
  async (c) => {
    const profile = await findProfile(c.var.db, c.req.valid('param').username)
    if (!profile) throw notFound('user')
    return revalidated(c, profileView(profile, c.var.origin))
  },
)
