import { Hono } from 'hono'
import { requestId } from 'hono/request-id'
import { authRoutes } from './accounts/auth.routes.ts'
import { avatarsRoutes, myAvatarRoutes } from './accounts/avatars.routes.ts'
import { guard } from './accounts/guard.ts'
import { meRoutes } from './accounts/me.routes.ts'
import { sessionsRoutes } from './accounts/sessions.routes.ts'
import { usersRoutes } from './accounts/users.routes.ts'
import { openDatabase } from './db/client.ts'
import { anchorOf, BOOKMARK_HEADER } from './db/replicas.ts'
import { type AppEnv, readSettings } from './env.ts'
import { allowOrigins } from './http/cors.ts'
import { methodNotAllowed, notFound } from './http/errors.ts'
import { renderError } from './http/render-error.ts'
import { logRequests } from './http/request-log.ts'
import { apiHeaders, docsHeaders } from './http/security-headers.ts'
import { serverTiming } from './http/server-timing.ts'
import { metered, NO_OPERATIONS } from './operations.ts'
import { projectListsRoutes } from './projects/project-lists.routes.ts'
import { projectsRoutes } from './projects/projects.routes.ts'
import { requestListsRoutes } from './projects/request-lists.routes.ts'
import { requestsRoutes } from './projects/requests.routes.ts'
import { docsRoutes, serviceRoutes } from './service.routes.ts'

/** Every route that answers without a token. Whatever else is under `/api` is a 401 without one, but for preflights. */
export const PUBLIC_ROUTES: ReadonlySet<string> = new Set([
  'GET /',
  'GET /docs',
  'GET /:file{[\\w-]+\\.(?:css|js)}',
  'GET /api/health',
  'GET /api/openapi.json',
  'POST /api/accounts/register',
  'POST /api/accounts/login',
  'POST /api/accounts/refresh',
  'POST /api/accounts/logout',
  'GET /api/accounts/users/:username',
  'GET /api/accounts/avatars/:key',
  'GET /api/projects',
  'GET /api/projects/facets',
  'GET /api/projects/:id',
])

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']

/** The paths of the docs page, whose Content-Security-Policy lets it load what it needs. */
const DOCS_PATHS: ReadonlySet<string> = new Set(['/', '/docs', '/docs/'])

const accounts = new Hono<AppEnv>()
  .route('/', authRoutes)
  .route('/me', meRoutes)
  .route('/me/avatar', myAvatarRoutes)
  .route('/sessions', sessionsRoutes)
  .route('/users', usersRoutes)
  .route('/avatars', avatarsRoutes)

const projects = new Hono<AppEnv>()
  .route('/', requestListsRoutes)
  .route('/', requestsRoutes)
  // Before single projects: their `/:id` would match `/mine`, `/dashboard` and `/facets`.
  .route('/', projectListsRoutes)
  .route('/', projectsRoutes)

const app = new Hono<AppEnv>({ strict: false })
  .use(requestId())
  .use((c, next) => {
    c.set('operations', { ...NO_OPERATIONS })
    return next()
  })
  .use(
    logRequests<AppEnv>((c) =>
      Object.fromEntries(Object.entries(c.get('operations')).filter(([, count]) => count > 0)),
    ),
  )
  .use((c, next) => (DOCS_PATHS.has(c.req.path) ? docsHeaders : apiHeaders)(c, next))
  .use(async (c, next) => {
    await next()
    if (!c.res.headers.has('Cache-Control')) c.header('Cache-Control', 'no-store')
  })
  .use(async (c, next) => {
    const settings = readSettings(c.env)
    c.set('settings', settings)
    c.env = metered(c.env, c.get('operations'))
    const anchor = anchorOf(c.req.raw, settings.READ_REPLICATION, { isSignedIn: false })
    c.set('db', openDatabase(c.env.DB, { anchor }))
    c.set('origin', new URL(c.req.url).origin)
    await next()
    const bookmark = c.get('db').bookmark()
    if (bookmark !== undefined) c.header(BOOKMARK_HEADER, bookmark)
  })
  .use(
    serverTiming<AppEnv>(
      (c) => c.get('settings').SERVER_TIMING === 'on',
      ({ var: { operations } }) => ({
        tookMs: operations.d1Ms,
        description: `${operations.d1Trips} trips, ${operations.d1RowsRead} rows read, ${operations.d1RowsWritten} written`,
      }),
    ),
  )
  // Before the guard: a preflight carries no token, and a 401 must be readable too.
  .use(allowOrigins((c) => c.get('settings').CORS_ORIGINS))
  .use('/api/*', guard(PUBLIC_ROUTES))
  .route('/', serviceRoutes)
  .route('/api/accounts', accounts)
  .route('/api/projects', projects)

// Apart, so that they are not in the type of the app: with `/:file` in it, the typed client would take any path.
app.route('/', docsRoutes)

// Answered, not thrown: an error would pass by the guard, which asks D1 after the answer whether the session is alive.
app.notFound((c) => {
  const allowed = METHODS.filter((method) => answers(method === 'HEAD' ? 'GET' : method, c.req.path))
  return renderError(allowed.length > 0 ? methodNotAllowed(allowed) : notFound(), c)
})
app.onError(renderError)

/** Whether a route, and not just middleware, answers this method at this path. */
function answers(method: string, path: string): boolean {
  return app.router.match(method, path)[0].some(([[, route]]) => route.method === method)
}

export { app }
