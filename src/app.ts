import { Hono } from 'hono'
import { requestId } from 'hono/request-id'
import { secureHeaders } from 'hono/secure-headers'
import { authRoutes } from './accounts/auth.routes.ts'
import { avatarsRoutes, myAvatarRoutes } from './accounts/avatars.routes.ts'
import { guard } from './accounts/guard.ts'
import { meRoutes } from './accounts/me.routes.ts'
import { sessionsRoutes } from './accounts/sessions.routes.ts'
import { usersRoutes } from './accounts/users.routes.ts'
import { openDatabase } from './db/client.ts'
import { type AppEnv, readSettings } from './env.ts'
import { allowOrigins } from './http/cors.ts'
import { notFound } from './http/errors.ts'
import { renderError } from './http/render-error.ts'
import { projectsRoutes } from './projects/projects.routes.ts'
import { requestsRoutes } from './projects/requests.routes.ts'

/** Every route that answers without a token. Whatever is not named here is a 401. */
export const PUBLIC_ROUTES: ReadonlySet<string> = new Set([
  'GET /api/health',
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

const accounts = new Hono<AppEnv>()
  .route('/', authRoutes)
  .route('/me', meRoutes)
  .route('/me/avatar', myAvatarRoutes)
  .route('/sessions', sessionsRoutes)
  .route('/users', usersRoutes)
  .route('/avatars', avatarsRoutes)

const projects = new Hono<AppEnv>().route('/', requestsRoutes).route('/', projectsRoutes)

const app = new Hono<AppEnv>({ strict: false })
  .use(requestId())
  .use(
    secureHeaders({
      strictTransportSecurity: 'max-age=63072000; includeSubDomains',
      // Were an answer ever taken for a page, it could do nothing.
      contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"], sandbox: [] },
      // Who may read an answer is for CORS to say.
      crossOriginResourcePolicy: false,
    }),
  )
  .use(async (c, next) => {
    await next()
    if (!c.res.headers.has('Cache-Control')) c.header('Cache-Control', 'no-store')
  })
  .use(async (c, next) => {
    c.set('logFields', { requestId: c.var.requestId })
    c.set('settings', readSettings(c.env))
    c.set('db', openDatabase(c.env.DB))
    c.set('origin', new URL(c.req.url).origin)
    await next()
  })
  // Before the guard: a preflight carries no token, and a 401 must be readable too.
  .use((c, next) => allowOrigins(c.var.settings.CORS_ORIGINS)(c, next))
  .use('/api/*', guard(PUBLIC_ROUTES))
  .get('/api/health', async (c) => {
    await c.var.db.ping()
    return c.json({ status: 'ok' })
  })
  .route('/api/accounts', accounts)
  .route('/api/projects', projects)

// Not thrown: the guard looks at what comes back, and asks D1 about a session that nothing else has asked about.
app.notFound((c) => renderError(notFound(), c))
app.onError(renderError)

export { app }
