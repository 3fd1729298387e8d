import type { MiddlewareHandler } from 'hono'
import { etag, RETAINED_304_HEADERS } from 'hono/etag'

const tag = etag({
  generateDigest: (body) => crypto.subtle.digest('SHA-256', body as Uint8Array<ArrayBuffer>),
  // A 304 that lost its CORS headers would be refused by the browser.
  retainedHeaders: [
    ...RETAINED_304_HEADERS,
    'access-control-allow-origin',
    'access-control-expose-headers',
    'x-request-id',
  ],
})

/** For a read that the client may keep if it asks us each time whether it still holds: `ETag`, and 304 to `If-None-Match`. */
export const revalidated: MiddlewareHandler = (c, next) =>
  tag(c, async () => {
    await next()
    if (!c.res.ok) return
    c.header('Cache-Control', 'private, no-cache')
    c.header('Vary', 'Authorization', { append: true })
  })
