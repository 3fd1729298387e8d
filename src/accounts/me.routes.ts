import { Hono } from 'hono'
import type { AppEnv } from '../env.ts'
import { unauthenticated } from '../http/errors.ts'
import { validate } from '../http/validate.ts'
import { signedIn } from './guard.ts'
import { profilePatch } from './schemas.ts'
import { findAccount, updateAccount } from './users.queries.ts'
import { userView } from './views.ts'

/** My own account. */
export const meRoutes = new Hono<AppEnv>()
  .get('/', async (c) => {
    const account = await findAccount(c.var.db, signedIn(c).userId)
    if (!account) throw unauthenticated()
    return c.json(userView(account))
  })

  .patch('/', validate('json', profilePatch), async (c) => {
    const account = await updateAccount(c.var.db, signedIn(c).userId, c.req.valid('json'))
    if (!account) throw unauthenticated()
    return c.json(userView(account))
  })
