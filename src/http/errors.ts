import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Policy } from './policies.ts'

/** One field at fault: a JSON pointer (RFC 6901) into the body, or `?name` for a query parameter. */
export interface FieldError {
  pointer: string
  message: string
}

/**
 * A failure that has a name: thrown anywhere below a handler, rendered as `application/problem+json`
 * (RFC 9457) by `renderError`. Everything in it but the `cause` reaches the client.
 */
export class Problem extends Error {
  readonly status: ContentfulStatusCode
  readonly code: string
  readonly errors: FieldError[] | undefined
  /** Headers that belong to the answer, such as `Retry-After`. */
  readonly headers: Record<string, string>

  constructor(
    status: ContentfulStatusCode,
    code: string,
    detail: string,
    options: { errors?: FieldError[]; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(detail, { cause: options.cause })
    this.status = status
    this.code = code
    this.errors = options.errors
    this.headers = options.headers ?? {}
  }
}

const TITLES: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

/** What a client gets of a problem (RFC 9457). */
export const problemBody = (problem: Problem, requestId: string) => ({
  type: 'about:blank',
  title: TITLES[problem.status] ?? 'Error',
  status: problem.status,
  code: problem.code,
  detail: problem.message,
  requestId,
  ...(problem.errors && { errors: problem.errors }),
})

export const invalidJson = () => new Problem(400, 'invalid_json', 'The body is not valid JSON.')
/** For the log and for proxies: the client that broke off reads no answer. */
export const incompleteBody = () => new Problem(400, 'incomplete_body', 'The body broke off before its end.')
export const invalidCursor = () =>
  new Problem(
    400,
    'invalid_cursor',
    'The cursor is broken or belongs to another list. Start again without it.',
  )
export const invalidIdempotencyKey = () =>
  new Problem(
    400,
    'invalid_idempotency_key',
    'An Idempotency-Key is 1 to 255 visible ASCII characters, such as a UUID.',
  )
export const unauthenticated = () =>
  new Problem(401, 'unauthenticated', 'Send a valid access token as "Authorization: Bearer <token>".')
/** The value of `WWW-Authenticate` (RFC 6750, section 3). */
export const challenge = (error?: 'invalid_token') =>
  `Bearer realm="DevCollab"${error ? `, error="${error}"` : ''}`
export const forbidden = (detail: string) => new Problem(403, 'forbidden', detail)
export const notFound = (what = 'page') => new Problem(404, 'not_found', `There is no such ${what}.`)
export const methodNotAllowed = (allowed: string[]) =>
  new Problem(405, 'method_not_allowed', `This can be asked for by ${allowed.join(', ')}.`, {
    headers: { Allow: allowed.join(', ') },
  })
export const bodyTooLarge = (maxBytes: number) =>
  new Problem(413, 'body_too_large', `The body is larger than ${maxBytes / 1024} KiB.`)
export const unsupportedMediaType = (accepted = 'application/json') =>
  new Problem(415, 'unsupported_media_type', `Send the body with a Content-Type of ${accepted}.`)
/** RFC 9110, sections 15.5.16 and 12.5.3. */
export const unsupportedCoding = () =>
  new Problem(415, 'unsupported_media_type', 'Send the body as it is, without a Content-Encoding.', {
    headers: { 'Accept-Encoding': 'identity' },
  })
export const validationFailed = (errors: FieldError[]) =>
  new Problem(422, 'validation_failed', errors.slice(0, 3).map(inWords).join('; '), { errors })
export const idempotencyKeyReused = () =>
  new Problem(
    422,
    'idempotency_key_reused',
    'This Idempotency-Key has been used for another body. Take a new one.',
  )
export const rateLimited = (
  { name, seconds }: Policy,
  retryAfterSeconds = seconds,
  reason = 'Too many requests.',
) =>
  new Problem(429, 'rate_limited', `${reason} Try again in ${retryAfterSeconds} seconds.`, {
    headers: {
      'Retry-After': String(retryAfterSeconds),
      RateLimit: `"${name}";r=0;t=${retryAfterSeconds}`,
    },
  })
export const internalError = (cause?: unknown) =>
  new Problem(500, 'internal_error', 'Something went wrong on our side. Quote the requestId to us.', {
    cause,
  })
export const unavailable = (cause: unknown, who = 'A backing store') =>
  new Problem(503, 'unavailable', `${who} did not answer. It is safe to try again.`, { cause })
/** For `.catch()` of a call of a backing store. */
export const throwUnavailable = (cause: unknown): never => {
  throw unavailable(cause)
}

const inWords = ({ pointer, message }: FieldError) =>
  `${pointer.replace(/^[/?]/, '') || 'The body'} ${message}`
