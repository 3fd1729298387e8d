import { type Answer, ask, inWords, Surprise, surprise } from './answers.ts'
import { takeTheTour } from './smoke-journey.ts'
import { Steps } from './steps.ts'

const RETRY_MS = 2000
const YEAR_SECONDS = 365 * 24 * 3600
/** No deployment lets this one in. */
const FOREIGN_ORIGIN = 'https://foreign.invalid'

interface Options {
  /** Where a frontend runs that may call the API. */
  origin?: string | undefined
  /** How long to wait for the first answer: a new name on workers.dev takes a while to be known. */
  patienceMs?: number
  /** A server for development may run with RATE_LIMIT=off, a deployment may not. */
  isLocal?: boolean
}

/** Goes through all checks, telling of each. @throws {Surprise} at the first thing amiss */
export async function smoke(
  baseUrl: string,
  { origin, patienceMs = 0, isLocal = false }: Options = {},
): Promise<void> {
  const steps = new Steps()
  console.log(`${baseUrl}:`)
  const health = await steps.step('It is up, and its database answers.', () => healthOf(baseUrl, patienceMs))
  await steps.step('Every answer has the security headers.', async () => checkHeaders(health))
  if (!isLocal) {
    await steps.step('It limits how often it is called.', async () => {
      const policy = health.headers.get('RateLimit-Policy')
      if (policy === null) throw surprise('a header RateLimit-Policy', 'none', 'Is RATE_LIMIT off?')
    })
  }

  await steps.step('It describes itself in OpenAPI, and shows the docs page.', async () => {
    const { body } = await expectStatus(baseUrl, 'GET /api/openapi.json', 200)
    if (!hasPaths(body)) throw surprise('an OpenAPI document with paths', 'another body')
    await expectStatus(baseUrl, 'GET /docs', 200)
    // The same page, were it served as the file that it is, would come without its policy.
    await expectStatus(baseUrl, 'GET /docs.html', 404)
    await expectStatus(baseUrl, 'GET /openapi.json', 404)
  })

  await steps.step('Without a token it lets nobody in.', async () => {
    for (const request of ['GET /api/accounts/me', 'POST /api/projects', 'GET /api/not-a-path']) {
      const { headers } = await expectStatus(baseUrl, request, 401)
      expectHeader(headers, 'WWW-Authenticate', /^Bearer/)
    }
  })

  await steps.step('A page of a foreign origin may read nothing.', async () => {
    const allowed = await allowedOrigin(baseUrl, FOREIGN_ORIGIN)
    if (allowed !== null) throw surprise(`no Access-Control-Allow-Origin for ${FOREIGN_ORIGIN}`, allowed)
  })

  if (origin !== undefined) {
    await steps.step(`A page of ${origin} may.`, async () => {
      const allowed = await allowedOrigin(baseUrl, origin)
      if (allowed !== origin) {
        throw surprise(
          `Access-Control-Allow-Origin ${origin}`,
          allowed ?? 'none',
          'Look at CORS_ORIGINS in wrangler.toml.',
        )
      }
    })
  }

  await takeTheTour(baseUrl, steps)
}

/** Asks until somebody answers who is ours, or patience is at its end. */
async function healthOf(baseUrl: string, patienceMs: number): Promise<Answer> {
  const request = 'GET /api/health'
  const deadline = Date.now() + patienceMs - RETRY_MS
  for (;;) {
    const isLast = Date.now() > deadline
    const answer = await ask(baseUrl, request).catch((error) => {
      if (isLast || !(error instanceof Surprise)) throw error
    })
    if (answer?.status === 200 && Object(answer.body).status === 'ok') return answer
    if (answer && (isLast || isOurs(answer))) {
      throw surprise(`200 to ${request}`, inWords(answer), hint(answer))
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }
}

const isOurs = ({ body }: Answer) => Object(body).requestId !== undefined

/** What an operator would look at next. */
function hint(answer: Answer): string {
  if (!isOurs(answer)) return 'That is not DevCollab: is the URL right?'
  if (answer.status === 503) return 'Does the database of wrangler.toml exist?'
  return 'Is the secret JWT_SECRET there, of at least 32 bytes? `npx wrangler tail` shows what the log says.'
}

function checkHeaders({ headers }: Answer): void {
  expectHeader(headers, 'X-Content-Type-Options', /^nosniff$/)
  expectHeader(headers, 'Content-Security-Policy', /default-src 'none'/)
  expectHeader(headers, 'Cache-Control', /no-store/)
  expectHeader(headers, 'X-Request-Id', /./)
  const hsts = /max-age=(\d+)/.exec(headers.get('Strict-Transport-Security') ?? '')?.[1]
  if (Number(hsts ?? 0) < YEAR_SECONDS) {
    throw surprise('Strict-Transport-Security for a year or more', hsts ?? 'none')
  }
}

/** Which origin a preflight says may read the answers, if any. */
async function allowedOrigin(baseUrl: string, origin: string): Promise<string | null> {
  const headers = { Origin: origin, 'Access-Control-Request-Method': 'POST' }
  const answer = await ask(baseUrl, 'OPTIONS /api/projects', { headers })
  return answer.headers.get('Access-Control-Allow-Origin')
}

async function expectStatus(baseUrl: string, request: string, status: number): Promise<Answer> {
  const answer = await ask(baseUrl, request)
  if (answer.status !== status) throw surprise(`${status} to ${request}`, inWords(answer))
  return answer
}

function expectHeader(headers: Headers, name: string, pattern: RegExp): void {
  const value = headers.get(name)
  if (!pattern.test(value ?? '')) throw surprise(`a header ${name} like ${pattern}`, value ?? 'none')
}

const hasPaths = (body: unknown) => Object.keys(Object(Object(body).paths)).length > 0
