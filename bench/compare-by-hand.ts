import type { Call, Send } from './client.ts'
import { findShared, listPath, MIX } from './endpoints.ts'
import { sendInTurn } from './load.ts'
import type { World } from './worlds.ts'

const CONNECTIONS = 12
const ROUNDS = 10
const ROUND_MS = 700

/** Requests a second of the API and of the Worker that does the same by hand. */
export interface Comparison {
  name: string
  projects: number
  connections: number
  ours: number
  byHand: number
}

/** Both Workers run in one process of workerd and take turns. Expects them to be all that the world serves. */
export async function compareByHand([world]: World[]): Promise<Comparison[]> {
  const [ours, byHand] = world?.sends ?? []
  if (!world || !ours || !byHand) throw new Error('There are not two to compare.')
  const { token } = world
  const detail = `/api/projects/${await findShared(world)}`
  const calls: [string, Call][] = [
    ['newest', { path: '/api/projects' }],
    ['q and filters', { path: listPath(MIX) }],
    ['project', { path: detail }],
    ['project, signed in', { path: detail, token }],
  ]
  const comparisons: Comparison[] = []
  for (const [name, call] of calls) {
    console.log(`Comparing ${name}`)
    await expectSameAnswer(call, ours, byHand)
    const rates = { ours: 0, byHand: 0 }
    for (let round = -1; round < ROUNDS; round++) {
      const turns = { ours: await rate(ours, call), byHand: await rate(byHand, call) }
      // The first round warms up.
      if (round < 0) continue
      rates.ours += turns.ours / ROUNDS
      rates.byHand += turns.byHand / ROUNDS
    }
    comparisons.push({ name, projects: world.projects, connections: CONNECTIONS, ...rates })
  }
  return comparisons
}

const rate = (send: Send, call: Call) =>
  sendInTurn({ connections: CONNECTIONS, forMs: ROUND_MS }, async () => void (await send(call)))

/** The cursor apart, which is signed together with the form in which the API holds a search. */
async function expectSameAnswer(call: Call, ours: Send, byHand: Send): Promise<void> {
  const [expected, actual] = [await ours(call), await byHand(call)].map(({ text, headers }) => {
    const { nextCursor, ...body } = JSON.parse(text)
    const names = Object.keys(headers).filter((name) => name !== 'date')
    return JSON.stringify([body, typeof nextCursor, names.sort()])
  })
  if (expected !== actual) throw new Error(`${call.path}: the answers differ.\n${expected}\n${actual}`)
}
