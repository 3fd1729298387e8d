/** Every `code` that the API gives to a failure. `unknown` if the answer is not the API's own, but a proxy's before it. */
export type ErrorCode =
  | 'invalid_json'
  | 'incomplete_body'
  | 'invalid_cursor'
  | 'invalid_idempotency_key'
  | 'unauthenticated'
  | 'invalid_credentials'
  | 'token_revoked'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'email_taken'
  | 'username_taken'
  | 'own_project'
  | 'request_exists'
  | 'request_decided'
  | 'project_closed'
  | 'project_full'
  | 'body_too_large'
  | 'unsupported_media_type'
  | 'validation_failed'
  | 'idempotency_key_reused'
  | 'invalid_image'
  | 'rate_limited'
  | 'internal_error'
  | 'unavailable'
  | 'unknown'

/** One field at fault: `pointer` is a JSON pointer into the body (`/email`), or `?name` for a query parameter. */
export interface FieldError {
  pointer: string
  message: string
}

/** The API answered, and refused. `message` is its `detail`: a sentence for people, where `code` is for programs. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly code: ErrorCode
  readonly detail: string
  /** Finds the line in the API's log. */
  readonly requestId: string | undefined
  /** The fields at fault, every one at once if the code is `validation_failed`. Empty where none is. */
  readonly errors: readonly FieldError[]
  /** When to try again, if the API says so: with `rate_limited`. */
  readonly retryAfterSeconds: number | undefined

  constructor(response: { status: number; headers: Headers }, problem: Partial<ApiError> = {}) {
    const detail = problem.detail ?? `The API answered ${response.status}.`
    super(detail)
    this.status = response.status
    this.code = problem.code ?? 'unknown'
    this.detail = detail
    this.requestId = problem.requestId ?? response.headers.get('X-Request-Id') ?? undefined
    this.errors = problem.errors ?? []
    this.retryAfterSeconds = Number(response.headers.get('Retry-After')) || undefined
  }
}

/**
 * No answer, or one cut short or not understood: offline, refused by CORS, a network's sign-in page. Or not asked, because
 * another tab was at the tokens for too long. `cause` tells.
 */
export class NetworkError extends Error {
  override readonly name = 'NetworkError'

  constructor(cause: unknown, message = 'The API could not be reached.') {
    super(message, { cause })
  }
}

/** The problem (RFC 9457) that an answer carries, or nothing if it carries none. The answer can be read again after that. */
export async function problemOf(response: Readable): Promise<Partial<ApiError>> {
  if (!response.headers.get('Content-Type')?.startsWith('application/problem+json')) return {}
  const body = response.clone().json() as Promise<Partial<ApiError>>
  return body.catch(() => ({}))
}

/** As much of a `Response` as `hc`'s own type for it has too. */
interface Readable {
  headers: Headers
  clone(): { json(): Promise<unknown> }
}
