import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { send } from './support/api.ts'
import { BODIES } from './support/fuzz-bodies.ts'
import { CALLERS } from './support/fuzz-callers.ts'
import { HOSTILITIES } from './support/fuzz-hostile.ts'
import { KEYS } from './support/fuzz-keys.ts'
import { PATHS } from './support/fuzz-paths.ts'
import { PICTURES } from './support/fuzz-pictures.ts'
import { QUERIES } from './support/fuzz-queries.ts'
import { type Change, type Target, type Twist, targets } from './support/fuzz-targets.ts'
import { answersDescribed, FuzzWorld, type Shot } from './support/fuzz-world.ts'
import { databaseViolations } from './support/invariants.ts'

const SEED = env.SEED ? Number(env.SEED) : Math.trunc(Math.random() * 2 ** 31)
const TWISTS = [...CALLERS, ...PATHS, ...QUERIES, ...BODIES, ...KEYS, ...PICTURES, ...HOSTILITIES]
/** How often each operation meets each twist, and how often in a row. */
const ROUNDS = 2
const IN_A_ROW = 4

/** Every operation with every twist that applies to it, in an order that the seed decides. */
async function deck() {
  const pairs = (await targets()).flatMap((target) =>
    TWISTS.flatMap((twist) => {
      const changes = twist.changes(target)
      return changes ? Array.from({ length: ROUNDS }, () => ({ target, twist, changes })) : []
    }),
  )
  const [order = []] = fc.sample(fc.shuffledSubarray(pairs, { minLength: pairs.length }), {
    seed: SEED,
    numRuns: 1,
  })
  return order
}

/** Sends a request, changed as the twist says, and looks at what comes back. */
async function fire(world: FuzzWorld, target: Target, twist: Twist, change: Change): Promise<void> {
  await world.mend(target.endpoint, twist.isInWholeWorld ?? false)
  const shot = world.rightShot(target.endpoint)
  await change(shot, world)
  const { method, token, headers, body } = shot
  const query = shot.query.length > 0 ? `?${new URLSearchParams(shot.query)}` : ''
  try {
    const answer = await send(shot.path + query, { method, token, headers, body })
    await expectWellMade(method, answer.clone())
    expect(twist.expected(target), await textOf(answer.clone())).toContain(answer.status)
    await world.heard(shot, target, answer)
  } catch (error) {
    throw new Error(`${told(shot, query)}\n${messageOf(error)}`)
  }
}

/** What holds of every answer, and is not in the document. */
async function expectWellMade(method: string, answer: Response): Promise<void> {
  const text = await textOf(answer)
  if (method === 'HEAD') expect(text).toBe('')
  if (answer.ok || answer.status === 304) return
  expect(answer.headers.get('Cache-Control')).toBe('no-store')
  expect(answer.headers.get('Content-Type')).toBe('application/problem+json')
  expect(answer.headers.has('WWW-Authenticate')).toBe(answer.status === 401)
  expect(answer.headers.has('Allow')).toBe(answer.status === 405)
}

/** Not `text()`, which warns of a picture. */
const textOf = async (answer: Response) => new TextDecoder().decode(await answer.arrayBuffer())

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

/** The request, for whoever has to send it again. */
function told({ method, path, token, headers, body }: Shot, query: string): string {
  const sent =
    body instanceof Uint8Array ? `${body.length} bytes ${[...body.subarray(0, 200)]}` : JSON.stringify(body)
  return `${method} ${path}${query}\n${JSON.stringify({ token, ...headers })}\n${sent}`.slice(0, 3000)
}

it('answers as the document says, whoever sends whatever, and gives every answer of the document', {
  timeout: 600_000,
}, async () => {
  const world = await FuzzWorld.create()
  let shots = 0
  for (const { target, twist, changes } of await deck()) {
    const isOne = typeof changes === 'function'
    const property = fc.asyncProperty(isOne ? fc.constant(changes) : changes, (change) =>
      fire(world, target, twist, change),
    )
    const result = await fc.check(property, {
      seed: SEED + shots,
      numRuns: isOne ? 1 : (twist.runs ?? IN_A_ROW),
    })
    if (result.failed) {
      const what = `SEED=${SEED}, request ${shots + result.numRuns}: ${target.operation.operationId}, ${twist.name}`
      throw new Error(`${what}, made smaller ${result.numShrinks} times\n${messageOf(result.errorInstance)}`)
    }
    shots += result.numRuns
  }
  const unseen = (await answersDescribed()).filter((answer) => !world.tally.has(answer))
  expect(unseen, `SEED=${SEED}`).toEqual([])
  expect(await databaseViolations(), `SEED=${SEED}`).toEqual({})
  expect(shots).toBeGreaterThan(5000)
})
