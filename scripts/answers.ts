import * as z from 'zod'

const TIMEOUT_MS = 15_000

/** What came is not what was expected; the message says both. */
export class Surprise extends Error {}

/** What goes along with a request: a token, a JSON body, other headers. */
export interface Luggage {
  token?: string
  body?: unknown
  headers?: Record<string, string>
}

export interface Answer {
  status: number
  headers: Headers
  /** The JSON value, the text if it is none, or undefined if there is none. */
  body: unknown
}

/** How the API refuses. Its `code` is the name of the failure. */
export const problem = z.object({ code: z.string(), detail: z.string() })

/**
 * Sends a request such as `GET /api/health` and reads the answer.
 * @throws {Surprise} if there is none, or if it says that this was too often
 */
export async function ask(
  baseUrl: string,
  request: string,
  { token, body, headers }: Luggage = {},
): Promise<Answer> {
  const [method = '', path = ''] = request.split(' ')
  const answer = await read(baseUrl, path, {
    method,
    headers: {
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (answer.status === 429) throw limited(request, answer.headers.get('Retry-After'))
  return answer
}

/** @param hint where to look next */
export function surprise(expected: string, came: string, hint?: string): Surprise {
  return new Surprise([`Expected ${expected}.`, `Came     ${came}.`, ...(hint ? [hint] : [])].join('\n'))
}

export function inWords({ status, body }: Answer): string {
  const { data } = problem.safeParse(body)
  if (data) return `${status} ${data.code}: ${data.detail.replace(/\.$/, '')}`
  const text = (JSON.stringify(body) ?? 'no body').replace(/eyJ[\w.-]+/g, short)
  return `${status} ${text.length > 300 ? `${text.slice(0, 300)}…` : text}`
}

/** A token, short enough to tell two apart and too short to use. */
export const short = (token: string) => `${token.slice(0, 6)}…${token.slice(-6)}`

/** The URL without a slash at its end. Ends the process if it is none. */
export function readBaseUrl(given: string): string {
  if (/^https?:$/.test(URL.parse(given)?.protocol ?? '')) return given.replace(/\/+$/, '')
  console.error(`"${given}" is no base URL. Give one such as http://localhost:8787`)
  return process.exit(1)
}

async function read(baseUrl: string, path: string, init: RequestInit): Promise<Answer> {
  try {
    const response = await fetch(baseUrl + path, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : parsed(text),
    }
  } catch (error) {
    throw unreachable(error, baseUrl)
  }
}

function unreachable(error: unknown, baseUrl: string): Surprise {
  const isSlow = error instanceof Error && error.name === 'TimeoutError'
  return new Surprise(
    isSlow
      ? `${baseUrl} did not answer within ${TIMEOUT_MS / 1000} seconds.`
      : `Nobody answers at ${baseUrl}. Start a server with \`npm run dev\`, or name another base URL.`,
  )
}

function limited(request: string, retryAfter: string | null): Surprise {
  const wait = retryAfter === null ? 'Wait a while' : `Wait ${retryAfter} seconds`
  return new Surprise(
    `Rate limits are on: ${request} was answered 429. ${wait}, or start the server with RATE_LIMIT=off.`,
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
