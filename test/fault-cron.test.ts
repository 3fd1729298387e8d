import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import worker from '../src/index.ts'
import { runHousekeepingLater } from './support/avatars.ts'
import { type Fault, faulty } from './support/faults.ts'
import { violations } from './support/invariants.ts'
import { logged } from './support/logs.ts'
import { takeSnapshot } from './support/snapshots.ts'
import { beginAgain } from './support/trials.ts'

/** Lets cron meet a session that has expired and an avatar that nobody shows. @returns what it called */
async function sweep(fault?: Fault) {
  const world = await beginAgain()
  await env.DB.batch([
    env.DB.prepare('UPDATE profiles SET avatar_key = NULL WHERE user_id = ?').bind(world.owner.id),
    env.DB.prepare('UPDATE sessions SET expires_at = created_at + 1 WHERE user_id = ?').bind(world.asker.id),
  ])
  const { env: bindings, calls } = faulty(fault)
  const controller = { scheduledTime: Date.now() + 1000 } as ScheduledController
  // A run that fails is told so by the platform, and that is all.
  await worker.scheduled(controller, { ...env, ...bindings }).catch(() => {})
  return calls
}

const left = async () => {
  const { tables, objects } = await takeSnapshot()
  return { sessions: tables.sessions, discarded: tables.discarded_avatars, objects: [...objects.keys()] }
}

it('The cron trigger removes avatars though sessions cannot be removed, and the log tells why not', async () => {
  const calls = await sweep({ n: 4, kind: 'there' })
  expect(calls.map(({ name }) => name)).toEqual(['DB.batch', 'AVATARS.delete', 'DB.batch', 'DB.batch'])
  expect((await left()).discarded).toEqual([])
  expect(logged).toContainEqual(
    expect.objectContaining({
      level: 'error',
      event: 'housekeeping_failed',
      message: 'DB.batch: Network connection lost.',
    }),
  )
})

it('The cron trigger leaves to its next run what it could not do, whichever call is lost', async () => {
  const world = await beginAgain()
  const { sessions } = (await takeSnapshot()).tables
  const calls = await sweep()
  const clean = await left()
  expect(clean).toMatchObject({ discarded: [], objects: [world.avatarKey] })
  expect(clean.sessions).toHaveLength((sessions?.length ?? 0) - 1)
  for (const n of calls.keys()) {
    for (const kind of ['there', 'back'] as const) {
      const it = `${calls[n]?.name} (${n + 1}) ${kind}`
      await sweep({ n: n + 1, kind })
      expect(await violations(), it).toEqual({})
      await runHousekeepingLater()
      expect(await violations(), it).toEqual({})
      expect(await left(), it).toEqual(clean)
    }
  }
})
