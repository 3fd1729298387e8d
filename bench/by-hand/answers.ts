import type { Visit } from './visits.ts'

/** What is thrown where the API says no. */
export class Problem extends Error {
  readonly status: number
  readonly title: string
  readonly code: string

  constructor(status: number, title: string, code: string, detail: string) {
    super(detail)
    this.status = status
    this.title = title
    this.code = code
  }
}

export const ENDED = new Problem(
  401,
  'Unauthorized',
  'unauthenticated',
  'Send a valid access token as "Authorization: Bearer <token>".',
)
export const TOKEN_REVOKED = new Problem(
  401,
  'Unauthorized',
  'token_revoked',
  'This refresh token is spent or its session is over. Log in again.',
)
export const WRONG_PASSWORD = new Problem(
  401,
  'Unauthorized',
  'invalid_credentials',
  'Wrong email or password.',
)
export const NOT_FOUND = new Problem(404, 'Not Found', 'not_found', 'There is no such page.')
export const NO_PROJECT = new Problem(404, 'Not Found', 'not_found', 'There is no such project.')
export const NO_REQUEST = new Problem(404, 'Not Found', 'not_found', 'There is no such request.')
export const NO_USER = new Problem(404, 'Not Found', 'not_found', 'There is no such user.')

export const conflict = (code: string, detail: string) => new Problem(409, 'Conflict', code, detail)

const encoder = new TextEncoder()

const headersOf = ({ requestId }: Visit, more: Record<string, string>): Record<string, string> => ({
  'access-control-expose-headers':
    'ETag,Link,Location,RateLimit,RateLimit-Policy,Retry-After,X-D1-Bookmark,X-Request-Id',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-request-id': requestId,
  ...more,
})

/** A read, with its ETag, or 304; for a page of a list, with a Link to the next one. */
export async function found(visit: Visit, content: object): Promise<Response> {
  const body = encoder.encode(JSON.stringify(content))
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', body))
  const { nextCursor } = content as { nextCursor?: string | null }
  const etag = `"${[...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')}"`
  const headers = headersOf(visit, {
    'cache-control': 'private, no-cache',
    etag,
    vary: 'Authorization, Origin',
    ...(nextCursor && { link: `<${nextPage(visit.url, nextCursor)}>; rel="next"` }),
  })
  if (visit.request.headers.get('If-None-Match') === etag) return new Response(null, { status: 304, headers })
  headers['content-type'] = 'application/json'
  return new Response(body, { headers })
}

/** The answer to a write. */
export const done = (visit: Visit, status: number, content: object, more: Record<string, string> = {}) =>
  new Response(JSON.stringify(content), {
    status,
    headers: headersOf(visit, {
      'cache-control': 'no-store',
      'content-type': 'application/json',
      vary: 'Origin',
      ...more,
    }),
  })

export const gone = (visit: Visit) =>
  new Response(null, {
    status: 204,
    headers: headersOf(visit, { 'cache-control': 'no-store', vary: 'Origin' }),
  })

export function refused({ status, title, code, message: detail }: Problem, visit: Visit): Response {
  visit.code = code
  const isTokenAtFault = code === 'unauthenticated' && visit.request.headers.has('Authorization')
  const challenge = `Bearer realm="DevCollab"${isTokenAtFault ? ', error="invalid_token"' : ''}`
  return done(
    visit,
    status,
    { type: 'about:blank', title, status, code, detail, requestId: visit.requestId },
    { 'content-type': 'application/problem+json', ...(status === 401 && { 'www-authenticate': challenge }) },
  )
}

function nextPage(url: URL, cursor: string): URL {
  const next = new URL(url)
  next.searchParams.set('cursor', cursor)
  return next
}
