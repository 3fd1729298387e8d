/**
 * Mixed traffic for minutes, against the API and against the Worker by hand: `npm run bench:mixed [-- --minutes N]
 * [--seed TEXT]`. Both are asked the same, in rounds by turns; first everything is tried on both, and must be answered the
 * same. Ends with an exit code other than 0 at the first answer that is not intended. Prints tables and writes
 * mixed.json and .md into bench/. `-- --short` takes 20 seconds and a small world, and writes into dist/bench/.
 */
import { parseArgs } from 'node:util'
import { type Contender, enter, personAt, playRound, unmeasured } from './mixed/contest.ts'
import { rehearse } from './mixed/rehearsal.ts'
import { report } from './mixed/report.ts'
import { bundle } from './serving.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    seed: { type: 'string', default: 'mixed' },
    short: { type: 'boolean', default: false },
  },
})
const minutes = Number(values.minutes ?? (values.short ? 1 / 3 : 4))
const projects = values.short ? 1000 : 100_000
const CONNECTIONS = 12
/** In a round, of each visitor. */
const STEPS_EACH = values.short ? 40 : 200
const WARM_UP_ROUNDS = 2

// Wrangler would tell about every bundle and every world.
process.env.WRANGLER_LOG ??= 'error'
const ENTRIES = [
  ['ours', 'src/index.ts'],
  ['by hand', 'bench/by-hand.ts'],
] as const
for (const [, entry] of ENTRIES) await bundle(entry)

const contenders: Contender[] = []
try {
  for (const [name, entry] of ENTRIES) {
    contenders.push(await enter(name, entry, { projects, connections: CONNECTIONS, seed: values.seed }))
  }
  const [ours, byHand] = contenders
  if (!ours || !byHand) throw new Error('There are not two to compare.')
  const rehearsed = await rehearse(values.seed, personAt(CONNECTIONS), [ours, byHand])
  console.log(`${rehearsed} requests, and both gave the same answers. Now for ${minutes.toFixed(1)} minutes.`)
  for (let round = 0; round < WARM_UP_ROUNDS; round++) await playByTurns()
  for (const contender of contenders) Object.assign(contender, unmeasured())

  const start = performance.now()
  const isPast = (share: number) => performance.now() - start >= share * minutes * 60_000
  for (let quarter = 0; quarter <= 4; quarter++) {
    while (!isPast(quarter / 4)) await playByTurns()
    for (const { heaps, heapBytes } of contenders) heaps.push(await heapBytes())
  }
  const requestsEach = CONNECTIONS * STEPS_EACH * ours.rounds.length
  const run = { projects, connections: CONNECTIONS, seed: values.seed, requestsEach, ours, byHand }
  report(run, values.short ? 'dist/bench' : 'bench')
} finally {
  for (const { stop } of contenders) await stop()
}

async function playByTurns(): Promise<void> {
  for (const contender of contenders) await playRound(contender, STEPS_EACH)
  // Nobody is always first.
  contenders.push(...contenders.splice(0, 1))
}
