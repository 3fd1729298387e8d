/**
 * What each list and each write costs with a thousand, a hundred thousand and a million projects: `npm run bench`. The
 * worlds are kept in dist/bench/worlds; making them takes minutes, a run after that about four. `npm run bench -- --short`
 * takes a thousand and twenty thousand. Prints tables and writes lists.json, .md and .svg into bench/, a short run into
 * dist/bench/.
 */
import { parseArgs } from 'node:util'
import { compareByHand } from './compare-by-hand.ts'
import { measureEndpoints } from './costs.ts'
import { report } from './lists-report.ts'
import { bundle } from './serving.ts'
import { measureStorage } from './storage.ts'
import { openWorld, type World } from './worlds.ts'

const { values } = parseArgs({ options: { short: { type: 'boolean', default: false } } })
const SIZES = values.short ? [1000, 20_000] : [1000, 100_000, 1_000_000]
const [AS_DEPLOYED, COUNTED, BY_HAND] = ['src/index.ts', 'bench/counted.ts', 'bench/by-hand.ts'] as const

// Wrangler would tell about every bundle and every world.
process.env.WRANGLER_LOG ??= 'error'
for (const entry of [AS_DEPLOYED, COUNTED, BY_HAND]) await bundle(entry)

const endpoints = await withWorlds(SIZES, [COUNTED], measureEndpoints)
const byHand = await withWorlds([SIZES[1] ?? 0], [AS_DEPLOYED, BY_HAND], compareByHand)
report({ endpoints, byHand, storage: SIZES.map(measureStorage) }, values.short ? 'dist/bench' : 'bench')

/** Stops the worlds when `measure` is done. */
async function withWorlds<T>(
  sizes: number[],
  entries: [string, ...string[]],
  measure: (worlds: World[]) => Promise<T>,
): Promise<T> {
  const worlds: World[] = []
  try {
    for (const size of sizes) worlds.push(await openWorld(size, entries))
    return await measure(worlds)
  } finally {
    for (const { stop } of worlds) await stop()
  }
}
