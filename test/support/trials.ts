import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import { runHousekeepingLater } from './avatars.ts'
import { call, ENDPOINTS, type Endpoint, endpointOf, newWorld, showAvatar, type World } from './endpoints.ts'
import { type BindingCall, type Fault, faulty } from './faults.ts'
import { violations } from './invariants.ts'
import { restore, type Snapshot, shapeOf, takeSnapshot } from './snapshots.ts'

/** A post that can be made again, and leaves no more than one. */
export const POST_WITH_KEY: Endpoint = {
  ...endpointOf('POST /api/projects'),
  route: 'POST /api/projects with an Idempotency-Key',
  headers: { 'Idempotency-Key': '0b7c2a52-6f0e-4f0c-9d3e-5a7a1d9b8c41' },
}

/** Everything that calls a binding, and the page that is read from one. */
export const TRIED: Endpoint[] = [...ENDPOINTS, POST_WITH_KEY, { route: 'GET /docs', status: 200 }]

/** Of these, all that change something. */
export const WRITES = TRIED.filter(({ route }) => !route.startsWith('GET '))
export const READS = TRIED.filter(({ route }) => route.startsWith('GET '))

/** How a request that succeeded is answered when it is made again at once; as the first time, if it is not here. */
const REPEATED: Record<string, string> = {
  'POST /api/accounts/register': '409 username_taken',
  'POST /api/accounts/logout-all': '401 unauthenticated',
  'DELETE /api/accounts/sessions/:id': '401 unauthenticated',
  'POST /api/accounts/me/password': '401 unauthenticated',
  'DELETE /api/accounts/me': '401 unauthenticated',
  'DELETE /api/projects/:id': '404 not_found',
  'POST /api/projects/:id/requests': '409 request_exists',
  'DELETE /api/projects/requests/:id': '404 not_found',
  'DELETE /api/projects/:id/collaborators/:username': '404 not_found',
}

export interface Usual {
  world: World
  /** How the request is answered, and answered again. */
  success: string
  repeated: string
  /** What it calls, in order. */
  calls: BindingCall[]
  /** What the stores hold before it, after it, and after it was made again. */
  untouched: unknown
  done: unknown
  twice: unknown
}

let start: { world: World; snapshot: Snapshot } | undefined

/** The world that every trial starts from, made once for a test file. Its last project is the 99th; the next one folds facets. */
async function begin() {
  if (start) return start
  await env.DB.prepare(`INSERT INTO sqlite_sequence (name, seq) VALUES ('projects', 98)`).run()
  const world = await newWorld()
  await showAvatar(world.owner)
  await env.DB.batch(
    [
      `UPDATE projects SET tech_stack = '[["sql","SQL"]]', roles_needed = '[["tester","Tester"]]'`,
      'INSERT INTO facet_counts (kind, key, name, count) SELECT kind, key, name, 1 FROM facet_uses',
      'UPDATE facet_folds SET counted_up_to = 99',
    ].map((sql) => env.DB.prepare(sql)),
  )
  start = { world, snapshot: await takeSnapshot() }
  return start
}

/** Everything back to how the trials start. */
export async function beginAgain(): Promise<World> {
  const { world, snapshot } = await begin()
  await restore(snapshot)
  return world
}

/** Makes the request, limits switched on; gives the status and the code of a problem. */
export async function attempt(endpoint: Endpoint, world: World, { env: bindings } = faulty()) {
  const answer = await call(endpoint, world, { env: { ...bindings, RATE_LIMIT: 'on' } })
  const isProblem = answer.headers.get('Content-Type') === 'application/problem+json'
  const code = isProblem ? (await answer.json<{ code: string }>()).code : ''
  if (!isProblem) await answer.arrayBuffer()
  return `${answer.status} ${code}`.trim()
}

/** What the stores hold when cron has run. Expects every invariant to hold. */
export async function aftermath(it: string): Promise<unknown> {
  await runHousekeepingLater()
  expect(await violations(), it).toEqual({})
  const { snapshot } = await begin()
  return shapeOf(await takeSnapshot(), snapshot)
}

/** What the request does where nothing fails. */
export async function usually(endpoint: Endpoint): Promise<Usual> {
  const world = await beginAgain()
  const untouched = await aftermath(endpoint.route)
  const success = String(endpoint.status)
  const repeated = REPEATED[endpoint.route] ?? success
  const counted = faulty()
  expect(await attempt(endpoint, world, counted)).toBe(success)
  const done = await aftermath(endpoint.route)
  expect(await attempt(endpoint, world)).toBe(repeated)
  const twice = await aftermath(`${endpoint.route}, again`)
  return { world, success, repeated, calls: counted.calls, untouched, done, twice }
}

/**
 * Makes the request with a fault, and again without one. Expects it to have happened wholly, or not at all; wholly, if
 * so it was answered; and the second to be answered as a first or as a repeated one, as the case may be.
 * @returns how the first was answered
 */
export async function survive(endpoint: Endpoint, usual: Usual, fault: Fault): Promise<string> {
  const { success, repeated, untouched, done, twice } = usual
  const it = `${endpoint.route}, ${usual.calls[fault.n - 1]?.name} (${fault.n}) ${fault.kind} ${fault.statement ?? ''}`
  const world = await beginAgain()
  const answer = await attempt(endpoint, world, faulty(fault))
  const left = await aftermath(it)
  if (answer === success) expect(left, it).toEqual(done)
  else expect(answer, it).toBe(fault.kind === 'statement' ? '500 internal_error' : '503 unavailable')
  const isDone = JSON.stringify(left) === JSON.stringify(done)
  if (!isDone) expect(left, it).toEqual(untouched)
  // What never reached its store has not happened.
  if (answer !== success && fault.kind !== 'back') expect(left, it).toEqual(untouched)
  const isFirst = JSON.stringify(left) === JSON.stringify(untouched)
  expect(await attempt(endpoint, world), `${it}, again`).toBe(isFirst ? success : repeated)
  expect(await aftermath(`${it}, again`), it).toEqual(isFirst ? done : twice)
  return answer
}

/**
 * Makes the request, held at one of its calls until `meanwhile` is over, by when it has not been answered, or has and is
 * still at work. @returns how it was answered
 */
export async function overtaken(
  endpoint: Endpoint,
  world: World,
  held: Pick<Fault, 'n' | 'kind'>,
  meanwhile: () => Promise<unknown>,
): Promise<string> {
  let isOver = false
  const bindings = faulty({
    ...held,
    meanwhile: async () => {
      await meanwhile()
      isOver = true
    },
  })
  const answer = await attempt(endpoint, world, bindings)
  expect(isOver, `${endpoint.route} made call ${held.n}`).toBe(true)
  return answer
}
