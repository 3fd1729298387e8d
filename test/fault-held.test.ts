import { describe, expect, it } from 'vitest'
import { type Endpoint, endpointOf } from './support/endpoints.ts'
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

/** Ahead of everything, and after nothing: whoever is held by a limiter just comes later. */
const isLimiter = (name: string) => name.endsWith('.limit')

describe.each(READS)('$route', (endpoint) => {
  it('answers as before or after the account goes, whichever call is held meanwhile', async () => {
    const { calls, success } = await usually(endpoint)
    const gone = await inTurn(deletion)
    for (const [i, { name }] of calls.entries()) {
      if (isLimiter(name)) continue
      for (const kind of HELD) {
        const it = `${endpoint.route}, ${name} (${i + 1}) ${kind}`
        const world = await beginAgain()
        const answer = await overtaken(endpoint, world, { n: i + 1, kind }, () => attempt(deletion, world))
        if (answer !== success) expect(GONE, it).toContain(answer)
        expect(await aftermath(it), it).toEqual(gone)
      }
    }
  })
})

describe.each(WRITES)('$route', (endpoint) => {
  it('ends as if made twice in a row when another overtakes it, whichever call is held', async () => {
    const { calls, success, repeated, twice } = await usually(endpoint)
    for (const [i, { name }] of calls.entries()) {
      if (isLimiter(name)) continue
      for (const kind of HELD) {
        const it = `${endpoint.route}, ${name} (${i + 1}) ${kind}`
        const world = await beginAgain()
        let other = ''
        const one = await overtaken(endpoint, world, { n: i + 1, kind }, async () => {
          other = await attempt(endpoint, world)
        })
        expect([one, other].sort(), it).toEqual([success, repeated].sort())
        expect(await aftermath(it), it).toEqual(twice)
      }
    }
  })

  it('ends as if made before or after the account goes, whichever call is held meanwhile', async () => {
    const { calls, success } = await usually(endpoint)
    const orders = [await inTurn(endpoint, deletion), await inTurn(deletion, endpoint)]
    for (const [i, { name }] of calls.entries()) {
      if (isLimiter(name)) continue
      for (const kind of HELD) {
        const it = `${endpoint.route}, ${name} (${i + 1}) ${kind}`
        const world = await beginAgain()
        const answer = await overtaken(endpoint, world, { n: i + 1, kind }, () => attempt(deletion, world))
        if (answer !== success) expect(GONE, it).toContain(answer)
        expect(orders, it).toContainEqual(await aftermath(it))
      }
    }
  })
})
