import { describe, expect, it } from 'vitest'
import { type Endpoint, endpointOf, type World } from './support/endpoints.ts'
import { aftermath, attempt, beginAgain, overtaken, READS, usually, WRITES } from './support/trials.ts'

const HELD = ['held there', 'held back'] as const

const deletion = endpointOf('DELETE /api/accounts/me')

/** What a request is told that finds its account, or what was of it, gone. */
const GONE = ['401 unauthenticated', '401 invalid_credentials', '401 token_revoked', '404 not_found']

/** What the stores hold after these requests, one after the other. */
async function inTurn(...endpoints: Endpoint[]) {
  const world = await beginAgain()
  for (const endpoint of endpoints) await attempt(endpoint, world)
  return aftermath(endpoints.map(({ route }) => route).join(', '))
}

/**
 * Makes the request with each of its calls held by turns, on the way there or back, while `meanwhile` goes on in the same
 * world, and hands over what was answered and what the stores hold then.
 */
async function heldByTurns(
  endpoint: Endpoint,
  meanwhile: (world: World) => Promise<unknown>,
  expectOf: (answer: string, left: Awaited<ReturnType<typeof aftermath>>, it: string) => void,
) {
  const { calls } = await usually(endpoint)
  for (const [i, { name }] of calls.entries()) {
    // Ahead of everything, and after nothing: whoever is held by a limiter just comes later.
    if (name.endsWith('.limit')) continue
    for (const kind of HELD) {
      const it = `${endpoint.route}, ${name} (${i + 1}) ${kind}`
      const world = await beginAgain()
      const answer = await overtaken(endpoint, world, { n: i + 1, kind }, () => meanwhile(world))
      expectOf(answer, await aftermath(it), it)
    }
  }
}

const goes = (world: World) => attempt(deletion, world)

describe.each(READS)('$route', (endpoint) => {
  it('answers as before or after the account goes, whichever call is held meanwhile', async () => {
    const { success } = await usually(endpoint)
    const gone = await inTurn(deletion)
    await heldByTurns(endpoint, goes, (answer, left, it) => {
      expect([success, ...GONE], it).toContain(answer)
      expect(left, it).toEqual(gone)
    })
  })
})

describe.each(WRITES)('$route', (endpoint) => {
  it('ends as if made twice in a row when another overtakes it, whichever call is held', async () => {
    const { success, repeated, twice } = await usually(endpoint)
    let other = ''
    const overtake = async (world: World) => {
      other = await attempt(endpoint, world)
    }
    await heldByTurns(endpoint, overtake, (answer, left, it) => {
      expect([answer, other].sort(), it).toEqual([success, repeated].sort())
      expect(left, it).toEqual(twice)
    })
  })

  it('ends as if made before or after the account goes, whichever call is held meanwhile', async () => {
    const { success } = await usually(endpoint)
    const orders = [await inTurn(endpoint, deletion), await inTurn(deletion, endpoint)]
    await heldByTurns(endpoint, goes, (answer, left, it) => {
      expect([success, ...GONE], it).toContain(answer)
      expect(orders, it).toContainEqual(left)
    })
  })
})
