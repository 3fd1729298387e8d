import type { Call, Send } from './client.ts'
import { findShared, listPath, MIX } from './endpoints.ts'
import { sendInTurn } from './load.ts'
import { medianOf, type Quartiles, quartiles } from './quartiles.ts'
import type { World } from './worlds.ts'

const CONNECTIONS = 12
const WARM_UP_MS = 1000
const ROUNDS = 60
const ROUND_MS = 150

/**
 * Requests a second of the API and of the Worker that does the same by hand, in the middle of the rounds, and quartiles of
 * what one was of the other within a round.
 */
export interface Comparison {
  name: string
  projects: number
  connections: number
  ours: number
  byHand: number
  ratios: Quartiles
}

/**
 * Both Workers run in one process of workerd and take turns, short ones: the machine gets slower and faster within
 * seconds, and that is to be the same for both. Expects them to be all that the world serves.
 */
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
    const turn = (send: Send, forMs = ROUND_MS) =>
      sendInTurn({ connections: CONNECTIONS, forMs }, async () => void (await send(call)))
    for (const send of [ours, byHand]) await turn(send, WARM_UP_MS)
    const rounds: { ours: number; byHand: number }[] = []
    while (rounds.length < ROUNDS) {
      // Who has the second turn is not always the same.
      if (rounds.length % 2 === 0) rounds.push({ ours: await turn(ours), byHand: await turn(byHand) })
      else rounds.push({ byHand: await turn(byHand), ours: await turn(ours) })
    }
    comparisons.push({
      name,
      projects: world.projects,
      connections: CONNECTIONS,
      ours: medianOf(rounds.map(({ ours }) => ours)),
      byHand: medianOf(rounds.map(({ byHand }) => byHand)),
      ratios: quartiles(rounds.map(({ ours, byHand }) => ours / byHand)),
    })
  }
  return comparisons
}

/** The cursor apart, which is signed together with the form in which the API holds a search. */
async function expectSameAnswer(call: Call, ours: Send, byHand: Send): Promise<void> {
  const [expected, actual] = [await ours(call), await byHand(call)].map(({ text, headers }) => {
    const { nextCursor, ...body } = JSON.parse(text)
    const names = Object.keys(headers).filter((name) => name !== 'date')
    return JSON.stringify([body, typeof nextCursor, names.sort()])
  })
  if (expected !== actual) throw new Error(`${call.path}: the answers differ.\n${expected}\n${actual}`)
}
