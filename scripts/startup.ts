import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { askWrangler } from './wrangler.ts'

const RUNS = 5

/** V8's CPU profile, as far as it is read here. */
const profileSchema = z.object({
  nodes: z.array(z.object({ id: z.number(), callFrame: z.object({ functionName: z.string() }) })),
  samples: z.array(z.number()),
  /** In microseconds, one for each sample. */
  timeDeltas: z.array(z.number()),
})

/**
 * Milliseconds of CPU that a Worker takes to start, its modules evaluated and no request answered yet: the best of some
 * runs, since other work on this machine only adds to them. Stops at the first below `enough`.
 */
export async function startupMilliseconds(
  bundle: string,
  directory: string,
  enough: number,
): Promise<number> {
  let best = Number.POSITIVE_INFINITY
  for (let run = 0; run < RUNS && best > enough; run++)
    best = Math.min(best, await profile(bundle, directory))
  return best
}

async function profile(bundle: string, directory: string): Promise<number> {
  const file = join(directory, 'startup.cpuprofile')
  const { isDone, errors } = await askWrangler('check', 'startup', '--worker', bundle, '--outfile', file)
  if (!isDone) throw new Error(`The start-up could not be profiled: ${errors}`)
  const { nodes, samples, timeDeltas } = profileSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  const idle = nodes.find(({ callFrame }) => callFrame.functionName === '(idle)')?.id
  const busy = timeDeltas.filter((_, index) => samples[index] !== idle)
  return busy.reduce((sum, delta) => sum + delta, 0) / 1000
}
