import type { Context, MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'

/**
 * Answers preflights and names the origins that may read our answers: those that one of the patterns fits. No cookies,
 * hence no credentials.
 */
export function allowOrigins(patterns: (c: Context) => readonly RegExp[]): MiddlewareHandler {
  const allow = cors({
    origin: (origin, c) => (patterns(c).some((pattern) => pattern.test(origin)) ? origin : null),
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    // Always named: without them Hono reflects whatever headers the caller asks for.
    allowHeaders: [
      'Authorization',
      'Content-Type',
      'Idempotency-Key',
      'If-None-Match',
      'X-D1-Bookmark',
      'X-Request-Id',
    ],
    exposeHeaders: [
      'ETag',
      'Link',
      'Location',
      'RateLimit',
      'RateLimit-Policy',
      'Retry-After',
      'X-D1-Bookmark',
      'X-Request-Id',
    ],
    maxAge: 86_400,
  })
  return async (c, next) => {
    if (c.req.method === 'OPTIONS') return allow(c, next)
    // After the answer is made. Before, Hono would make a response to hold the headers, and copy each into the answer.
    await next()
    await allow(c, async () => {})
  }
}

/** The pattern of an exact origin, or of one with a `*` in place of one label (`https://*.example.pages.dev`). */
export function originPattern(origin: string): RegExp {
  const [head = '', ...tail] = origin.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${[head, ...tail].join('[a-z0-9-]+')}$`, 'i')
}
