import { cors } from 'hono/cors'

/**
 * Answers preflights and names the origins that may read our answers: `allowed` holds exact origins, or ones
 * with a `*` in place of one label (`https://*.example.pages.dev`). No cookies, hence no credentials.
 */
export function allowOrigins(allowed: readonly string[]) {
  const patterns = allowed.map(originPattern)
  return cors({
    origin: (origin) => (patterns.some((pattern) => pattern.test(origin)) ? origin : null),
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    // Always named: without them Hono reflects whatever headers the caller asks for.
    allowHeaders: ['Authorization', 'Content-Type', 'If-None-Match', 'X-Request-Id'],
    exposeHeaders: ['ETag', 'Location', 'Retry-After', 'X-Request-Id'],
    maxAge: 86_400,
  })
}

function originPattern(origin: string): RegExp {
  const [head = '', ...tail] = origin.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${[head, ...tail].join('[a-z0-9-]+')}$`, 'i')
}
