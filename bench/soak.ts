/**
 * Mixed traffic for minutes while stores fail at random: `npm run bench:soak [-- --minutes N] [--seed TEXT] [--share N]`.
 * Each actor does one thing after another, again for each 503, until it is acknowledged. Twice a minute everybody rests,
 * the stores too, and all that was acknowledged is read back, what ended is tried, and the invariants of the stores are
 * checked. Ends with an exit code other than 0 at the first answer that must not be, the first loss or violation.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readD1Migrations } from '@cloudflare/vitest-pool-workers'
import { clientOf } from './client.ts'
import { bundle, serve } from './serving.ts'
import { Actor } from './soak/actors.ts'
import { expectTown } from './soak/expectations.ts'
import { expectInvariants } from './soak/invariants.ts'
import { Town } from './soak/town.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
    /** Of the calls of a store, how many are lost on the way there; as many are lost on the way back, as many slow. */
    share: { type: 'string', default: '0.015' },
  },
})
const { seed } = values
const ENTRY = 'bench/faulty.ts'
const ACTORS = 10
const CHECK_EVERY_MS = 30_000

// Wrangler would tell about the bundle.
process.env.WRANGLER_LOG ??= 'error'
console.log(
  `Seed ${seed}: to try again, npm run bench:soak -- --seed ${seed} --minutes ${values.minutes} --share ${values.share}`,
)
await bundle(ENTRY)
const directory = join('dist', 'bench', 'copies', 'soak')
rmSync(directory, { recursive: true, force: true })
const { urls, db, avatars, stop } = await serve([ENTRY], directory)
try {
  for (const { queries } of await readD1Migrations('migrations')) {
    await db.batch(queries.map((query) => db.prepare(query)))
  }
  await soak(clientOf(urls[0] ?? ''))
} catch (error) {
  console.error(`Failed with seed ${seed}.`)
  throw error
} finally {
  await stop()
}

async function soak(send: ReturnType<typeof clientOf>): Promise<void> {
  const town = new Town()
  for (let index = 0; index < ACTORS; index++) {
    town.actors.push(new Actor(`actor-${index}`, seed, town, send))
  }
  const end = performance.now() + Number(values.minutes) * 60_000
  for (let check = 1; performance.now() < end; check++) {
    await setFaults(Number(values.share), `${seed}, ${check}`)
    const rest = Math.min(end, performance.now() + CHECK_EVERY_MS)
    await Promise.all(
      town.actors.map(async (actor) => {
        while (performance.now() < rest) await actor.act()
      }),
    )
    const faults = await setFaults(0, '')
    await expectInvariants(db, avatars)
    await expectTown(town)
    tell(town, faults)
  }

  /** @returns how often each fault has happened */
  async function setFaults(share: number, seed: string): Promise<Record<string, number>> {
    return JSON.parse((await send({ method: 'PUT', path: '/faults', body: { share, seed } })).text)
  }
}

function tell({ actors, projects, ended, gone }: Town, faults: Record<string, number>): void {
  const sum = (of: (actor: Actor) => number) => actors.reduce((total, actor) => total + of(actor), 0)
  const requests = [...projects].reduce((total, { requests }) => total + requests.size, 0)
  console.log(
    `${sum(({ acts }) => acts)} acts, ${sum(({ refusals }) => refusals)} answers 503. All is there: ${projects.size} projects, ${requests} requests, ${sum(({ avatar }) => (avatar ? 1 : 0))} avatars; ${ended.length} sessions ended and ${gone.length} things deleted. Faults: ${
      Object.entries(faults)
        .sort()
        .map(([name, count]) => `${count} × ${name}`)
        .join(', ') || 'none'
    }`,
  )
}
