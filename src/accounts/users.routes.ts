import { Hono } from 'hono'
import type { AppEnv } from '../env.ts'
import { notFound } from '../http/errors.ts'
import { revalidated } from '../http/revalidated.ts'
import { validate } from '../http/validate.ts'
import { usernameParam } from './schemas.ts'
import { findProfile } from './users.queries.ts'
import { profileView } from './views.ts'

/** Other people. */
export const usersRoutes = new Hono<AppEnv>().get(
  '/:username',
  revalidated,
  validate('param', usernameParam),
  async (c) => {
    const profile = await findProfile(c.var.db, c.req.valid('param').username)
    if (!profile) throw notFound('user')
    return c.json(profileView(profile, c.var.origin))
  },
)
