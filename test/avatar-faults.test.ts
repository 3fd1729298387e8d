import { env } from 'cloudflare:workers'
import corpus from 'virtual:pictures'
import { describe, expect, it } from 'vitest'
import type { Bindings } from '../src/env.ts'
import worker from '../src/index.ts'
import { ok, problem, send } from './support/api.ts'
import {
  avatarUrlOf,
  bytesOf,
  expectNoOrphans,
  keyOf,
  keysShown,
  keysStored,
  pixelsAt,
  removeAvatar,
  runHousekeepingLater,
  shown,
  upload,
} from './support/avatars.ts'
import { wrapped } from './support/bindings.ts'
import { later } from './support/clock.ts'
import { logged } from './support/logs.ts'
import { register } from './support/world.ts'

const PNG = bytesOf(corpus.pictures[0]?.base64 ?? '')
const real = env.IMAGES as ImagesBinding

const imagesError = (code: number) =>
  Object.assign(new Error(`IMAGES_TRANSFORM_ERROR ${code}: secret text`), { code })

/** Images that fail at the end of the chain: when the output is asked for, or when it is read. */
function imagesOf(output: () => Promise<unknown>): ImagesBinding {
  const transformer: object = { transform: () => transformer, output, draw: () => transformer }
  return wrapped(real, { input: () => transformer })
}

const failingImages = (code: number) => imagesOf(() => Promise.reject(imagesError(code)))

const breakingOff = imagesOf(async () => ({
  image: () =>
    new ReadableStream({
      start: (controller) => controller.enqueue(new Uint8Array(10)),
      pull: (controller) => controller.error(new Error('Network connection lost.')),
    }),
}))

/** Each is the environment of one upload that cannot succeed, through no fault of the picture. */
const FAULTS: [string, () => Partial<Bindings>][] = [
  ['there is no IMAGES binding', () => ({ IMAGES: undefined }) as unknown as Partial<Bindings>],
  ['the quota of Images is used up', () => ({ IMAGES: failingImages(9422) })],
  ['Images is overloaded', () => ({ IMAGES: failingImages(9522) })],
  ['Images fails without a code', () => ({ IMAGES: imagesOf(() => Promise.reject(new Error('lost'))) })],
  [
    'Images fails at once',
    () => ({
      IMAGES: wrapped(real, {
        input: () => {
          throw imagesError(9422)
        },
      }),
    }),
  ],
  ['Images breaks off', () => ({ IMAGES: breakingOff })],
]

describe('PUT /api/accounts/me/avatar', () => {
  it.each(FAULTS)('answers 503 and shows the old avatar when %s', async (_, faulty) => {
    const person = await register()
    const old = await shown(person)
    await problem(upload(person, PNG, { env: faulty() }), 503, 'unavailable')
    expect(await avatarUrlOf(person)).toBe(old)
    await expectNoOrphans()
    await pixelsAt(old)
    const next = await shown(person, PNG)
    expect(await avatarUrlOf(person)).toBe(next)
    await problem(send(old), 404, 'not_found')
    await expectNoOrphans()
  })

  it.each(FAULTS)('answers 503 and shows no first avatar when %s', async (_, faulty) => {
    const person = await register()
    await problem(upload(person, PNG, { env: faulty() }), 503, 'unavailable')
    expect(await avatarUrlOf(person)).toBeNull()
    await expectNoOrphans()
  })

  it.each([9402, 9412, 9413, 9511, 9520, 9523])(
    'blames the picture for the code %i of Images, and keeps what Images said to itself',
    async (code) => {
      const person = await register()
      const response = await upload(person, PNG, { env: { IMAGES: failingImages(code) } })
      expect(await response.clone().text()).not.toContain('secret text')
      await problem(response, 422, 'invalid_image')
      expect(logged).toContainEqual({ level: 'warn', event: 'picture_not_decoded', code })
      await expectNoOrphans()
    },
  )

  it('leaves its object to no cron while it may still be under way', async () => {
    const person = await register()
    let atWork: string[] = []
    const AVATARS = wrapped(env.AVATARS, {
      put: async (...args: Parameters<R2Bucket['put']>) => {
        const stored = await env.AVATARS.put(...args)
        await later(3500, () => worker.scheduled({ scheduledTime: Date.now() } as ScheduledController, env))
        atWork = await keysStored()
        return stored
      },
    })
    const { profile } = await ok(upload(person, PNG, { env: { AVATARS } }))
    expect(atWork).toContain(keyOf(profile.avatarUrl))
    await expectNoOrphans()
    await pixelsAt(profile.avatarUrl)
  })

  it('shows what nobody removes, however late the end of an upload is', async () => {
    const person = await register()
    const AVATARS = wrapped(env.AVATARS, {
      put: async (...args: Parameters<R2Bucket['put']>) => {
        await runHousekeepingLater()
        return env.AVATARS.put(...args)
      },
    })
    const { profile } = await ok(upload(person, PNG, { env: { AVATARS } }))
    await expectNoOrphans()
    await pixelsAt(profile.avatarUrl)
  })
})

describe('The cron trigger', () => {
  it('tries again what R2 did not remove, an hour after an hour', async () => {
    const person = await register()
    const before = await keysShown()
    await shown(person)
    const AVATARS = wrapped(env.AVATARS, { delete: () => Promise.reject(new Error('R2 is down')) })
    await removeAvatar(person, { env: { AVATARS } })
    for (let hour = 0; hour < 3; hour++) {
      await worker.scheduled({ scheduledTime: Date.now() } as ScheduledController, { ...env, AVATARS })
      expect(logged.at(-1)).toMatchObject({ event: 'housekeeping_done', avatarsRemoved: 0 })
    }
    expect(await keysStored()).not.toEqual(before)
    await expectNoOrphans()
    expect(await keysStored()).toEqual(before)
  })

  it('removes the objects that failures left, a thousand in one run, which is what R2 takes', async () => {
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)
       INSERT INTO discarded_avatars (key) SELECT 'left-' || i FROM n`,
    ).run()
    for (const key of ['left-1', 'left-999', 'left-1500']) await env.AVATARS.put(key, 'picture')
    const removed: number[] = []
    const AVATARS = wrapped(env.AVATARS, {
      delete: (keys: string[]) => {
        removed.push(keys.length)
        return env.AVATARS.delete(keys)
      },
    })
    for (let run = 0; run < 2; run++) {
      await worker.scheduled({ scheduledTime: Date.now() } as ScheduledController, { ...env, AVATARS })
    }
    expect(removed).toEqual([1000, 500])
    await expectNoOrphans()
  })
})
