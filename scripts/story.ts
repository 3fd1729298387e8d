import { styleText } from 'node:util'
import * as z from 'zod'

const TIMEOUT_MS = 15_000
const INDENT = '      '

/** What came is not what was expected; the message says both. */
export class Surprise extends Error {}

/** What goes along with a request: a token, a JSON body. */
export interface Luggage {
  token?: string
  body?: unknown
}

/** How the API refuses. Its `code` is the name of the failure. */
const problem = z.object({ code: z.string(), detail: z.string() })

/** Tells, step by step on standard output, what a server answers, and throws a `Surprise` where it strays from the plot. */
export class Story {
  readonly #baseUrl: string
  #step = 0

  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl
  }

  /** Begins the next step with a sentence. */
  step(sentence: string): void {
    this.#step++
    console.log(`\n${styleText('bold', `${String(this.#step).padStart(3)}.  ${sentence}`)}`)
  }

  /**
   * Sends a request such as `GET /api/health` and reads an answer of that status and shape, of which `tell` says
   * what is worth seeing.
   */
  async answer<Shape extends z.ZodType>(
    request: string,
    luggage: Luggage,
    status: number,
    shape: Shape,
    tell: (body: z.output<Shape>) => string,
  ): Promise<z.output<Shape>> {
    const came = await this.#send(request, luggage)
    if (came.status !== status) throw surprise(`${status} to ${request}`, inWords(came))
    const body = shape.safeParse(came.body)
    if (!body.success) {
      const faults = body.error.issues.map(
        ({ path, message }) => `${path.join('.') || 'body'}: ${message.replace('Invalid input: ', '')}`,
      )
      throw surprise(`another body in the ${status} to ${request} (${faults.join('; ')})`, inWords(came))
    }
    this.#result('green', status, tell(body.data))
    return body.data
  }

  /** Sends a request that must be refused with that status and code. */
  async refusal(request: string, luggage: Luggage, status: number, code: string): Promise<void> {
    const came = await this.#send(request, luggage)
    const body = problem.safeParse(came.body)
    if (came.status !== status || body.data?.code !== code) {
      throw surprise(`${status} ${code} to ${request}`, inWords(came))
    }
    this.#result('yellow', status, `${code}: ${body.data.detail}`)
  }

  /** Makes sure of a detail of an answer, named so that `what expected` reads well. */
  expect<T extends string | number>(what: string, expected: T, came: T | undefined): void {
    if (came !== expected) throw surprise(`${what} ${expected}`, String(came ?? 'none'))
  }

  #result(colour: 'green' | 'yellow', status: number, told: string): void {
    console.log(`${INDENT}${styleText(colour, String(status))}  ${told.replaceAll('\n', `\n${INDENT}     `)}`)
  }

  async #send(request: string, { token, body }: Luggage): Promise<{ status: number; body: unknown }> {
    console.log(`${INDENT}${styleText('dim', request)}`)
    const [method = '', path = ''] = request.split(' ')
    const came = await this.#fetch(path, {
      method,
      headers: {
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    if (came.status === 429) throw limited(request, came.retryAfter)
    return came
  }

  async #fetch(path: string, init: RequestInit) {
    try {
      const response = await fetch(this.#baseUrl + path, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) })
      const { status, headers } = response
      const text = await response.text()
      return { status, retryAfter: headers.get('Retry-After'), body: text === '' ? undefined : parsed(text) }
    } catch (error) {
      throw unreachable(error, this.#baseUrl)
    }
  }
}

/** A token, short enough to tell two apart and too short to use. */
export const short = (token: string) => `${token.slice(0, 6)}…${token.slice(-6)}`

function surprise(expected: string, came: string): Surprise {
  return new Surprise(`Expected ${expected}.\nCame     ${came}.`)
}

function inWords({ status, body }: { status: number; body: unknown }): string {
  const { data } = problem.safeParse(body)
  if (data) return `${status} ${data.code}: ${data.detail.replace(/\.$/, '')}`
  const text = (JSON.stringify(body) ?? 'no body').replace(/eyJ[\w.-]+/g, short)
  return `${status} ${text.length > 300 ? `${text.slice(0, 300)}…` : text}`
}

function unreachable(error: unknown, baseUrl: string): Surprise {
  const isSlow = error instanceof Error && error.name === 'TimeoutError'
  return new Surprise(
    isSlow
      ? `${baseUrl} did not answer within ${TIMEOUT_MS / 1000} seconds.`
      : `Nobody answers at ${baseUrl}. Start the server with \`npm run dev\`, or name another: npm run demo -- <base URL>`,
  )
}

function limited(request: string, retryAfter: string | null): Surprise {
  const wait = retryAfter === null ? 'Wait a while' : `Wait ${retryAfter} seconds`
  return new Surprise(
    `Rate limits are on: ${request} was answered 429. ${wait}, or start the server with RATE_LIMIT=off.`,
  )
}

/** The JSON value, or the text itself if it is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
