import { type Context, Hono } from 'hono'
import * as z from 'zod'
import type { AppEnv } from './env.ts'
import { notFound, Problem, throwUnavailable, unavailable } from './http/errors.ts'
import { operation } from './http/openapi.ts'
import { limited } from './limits.ts'

/** What is about the API itself: whether it works, and what it says of itself. */
export const serviceRoutes = new Hono<AppEnv>()
  .get(
    '/api/health',
    operation({
      operationId: 'getHealth',
      summary: 'Tell whether the service works',
      description:
        'A 503 says that the Worker runs and its database does not answer; a 500, that its settings are wrong.',
      tag: 'Service',
      answer: {
        status: 200,
        description: 'The database answers.',
        schema: z.object({ status: z.literal('ok') }),
      },
    }),
    async (c) => {
      await c.var.db
        .atPrimary()
        .ping()
        .catch((error) => {
          // A request may bring a token here too. That its session is over is a 401, and no sign of a database that is down.
          const isRefusal = error instanceof Problem && error.status < 500
          throw isRefusal ? error : unavailable(error, 'The Worker runs, but its database')
        })
      return c.json({ status: 'ok' })
    },
  )
  .get(
    '/api/openapi.json',
    operation({
      operationId: 'getOpenApi',
      summary: 'Read this document',
      tag: 'Service',
      answer: {
        status: 200,
        description: 'The OpenAPI 3.1 document of the API.',
        schema: z.looseObject({
          openapi: z.string(),
          info: z.looseObject({ title: z.string(), version: z.string() }),
          paths: z.looseObject({}),
        }),
      },
    }),
    (c) => file(c, '/openapi.json', 'application/json'),
  )

/** The docs page, and the scripts and styles that it loads. */
export const docsRoutes = new Hono<AppEnv>()
  .on('GET', ['/', '/docs'], limited('READ_LIMIT'), (c) => file(c, '/docs.html', 'text/html; charset=utf-8'))
  .get('/:file{[\\w-]+\\.(?:css|js)}', limited('READ_LIMIT'), async (c) => {
    const found = await asset(c, c.req.path)
    if (found.status === 404) throw notFound()
    const type = c.req.path.endsWith('.js') ? 'text/javascript' : 'text/css'
    return served(c, found, `${type}; charset=utf-8`)
  })

/** A file that the Worker cannot do without. @throws `unavailable` */
async function file(c: Context<AppEnv>, path: string, type: string): Promise<Response> {
  return served(c, await asset(c, path), type)
}

/** What `public/` has at a path. @throws `unavailable` if that cannot be found out */
async function asset(c: Context<AppEnv>, path: string): Promise<Response> {
  return c.env.ASSETS.fetch(new URL(path, c.req.url)).catch(throwUnavailable)
}

/** An asset with none of its own headers. @throws `unavailable` if it is none */
function served(c: Context<AppEnv>, found: Response, type: string): Response {
  if (!found.ok) throw unavailable(new Error(`The assets answer ${found.status}.`))
  return c.newResponse(found.body, { headers: { 'Content-Type': type } })
}
