import type { Context } from 'hono'
import { matchedRoutes } from 'hono/route'

/** The route that answers: the first match that is no middleware, as the router orders them; undefined if there is none. */
export const answeringRoute = (c: Context) => matchedRoutes(c).find(({ method }) => method !== 'ALL')
