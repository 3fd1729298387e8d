import { env } from 'cloudflare:workers'
import corpus from 'virtual:pictures'
import { beforeAll, describe, expect, it } from 'vitest'
import { Dice } from '../scripts/dice.ts'
import { SECRETS } from '../scripts/picture-kinds.ts'
import { ok, problem } from './support/api.ts'
import {
  bytesOf,
  expectNoOrphans,
  fetched,
  joined,
  MAX_PICTURE_BYTES,
  pixelsAt,
  shown,
  upload,
} from './support/avatars.ts'
import { wrapped } from './support/bindings.ts'
import { type Person, register } from './support/world.ts'

let person: Person
beforeAll(async () => {
  person = await register()
})

const named = (name: string) => {
  const picture = corpus.pictures.find((each) => each.name === name)
  if (!picture) throw new Error(`There is no picture called ${name}.`)
  return bytesOf(picture.base64)
}
const ONE_OF_EACH = ['a PNG of colour type 6 and 8 bits', 'a progressive JPEG', 'a JPEG', 'a GIF']
ONE_OF_EACH.push('a WebP', 'a lossless WebP with alpha', 'an animated GIF', 'an animated WebP')

const textOf = (bytes: Uint8Array) => new TextDecoder('latin1').decode(bytes)

/** Images that nothing may reach. */
const IMAGES = wrapped(env.IMAGES as ImagesBinding, {
  input: () => {
    throw new Error('The decoder was asked.')
  },
})

/** Takes or refuses it, and nothing else; what is taken is a clean avatar. */
async function expectTakenOrRefused(picture: Uint8Array): Promise<number> {
  const response = await upload(person, picture)
  if (response.status === 200) await pixelsAt((await ok(response)).profile.avatarUrl)
  else await problem(response, 422, 'invalid_image')
  return response.status
}

describe('PUT /api/accounts/me/avatar', () => {
  it.each(corpus.pictures)(
    'makes a square WebP of $name, in its colours',
    async ({ base64, type, width, height, quarters, tolerance }) => {
      const pixels = await pixelsAt(await shown(person, bytesOf(base64), type))
      const side = Math.min(512, width, height)
      expect(pixels).toMatchObject({ width: side, height: side })
      const [near, far] = [Math.floor(side / 4), Math.floor((side * 3) / 4)]
      const places = [near, far].flatMap((y) => [near, far].map((x) => [x, y] as const))
      places.forEach(([x, y], quarter) => {
        expectColour(pixels.at(x, y), quarters[quarter] ?? [], tolerance)
      })
    },
  )

  it('stores no metadata of a picture that has EXIF, GPS, XMP, texts or a comment', async () => {
    const telling = corpus.pictures.filter(({ base64 }) =>
      SECRETS.some((secret) => textOf(bytesOf(base64)).includes(secret)),
    )
    const told = telling.map(({ base64 }) => textOf(bytesOf(base64))).join()
    for (const secret of SECRETS) expect(told).toContain(secret)
    for (const { base64, type } of telling) {
      const stored = textOf(await fetched(await shown(person, bytesOf(base64), type)))
      expect(stored).not.toMatch(/secret|exif|xmp|adobe|iccp/i)
    }
  })

  it.each(corpus.hostile.filter(({ fate }) => fate === 'refused at sight'))(
    'refuses $name before the decoder has seen it',
    async ({ base64 }) => {
      await problem(upload(person, bytesOf(base64), { env: { IMAGES } }), 422, 'invalid_image')
    },
  )

  it.each(corpus.hostile.filter(({ fate }) => fate === 'refused'))('refuses $name', async ({ base64 }) => {
    await problem(upload(person, bytesOf(base64)), 422, 'invalid_image')
  })

  it.each(corpus.hostile.filter(({ fate }) => fate === 'cleaned'))(
    'makes a clean avatar of $name',
    async ({ base64 }) => {
      const stored = textOf(await fetched(await shown(person, bytesOf(base64))))
      expect(stored).not.toMatch(/script|alert|html/i)
    },
  )

  it.each(corpus.hostile.filter(({ fate }) => fate === 'refused or cleaned'))(
    'makes a clean avatar of $name, or refuses it',
    async ({ base64 }) => {
      await expectTakenOrRefused(bytesOf(base64))
    },
  )

  it.each(ONE_OF_EACH)('refuses %s that is cut short, anywhere', async (name) => {
    const picture = named(name)
    const lengths = Array.from({ length: 20 }, (_, i) => Math.floor((picture.length * i) / 20))
    // All of the header; and the last bytes, but for those that hold no pixels and say no more than that it ends.
    const ending = name.startsWith('a PNG') ? 16 : 2
    for (let i = 0; i < 40; i++) lengths.push(i, picture.length - ending - Math.ceil((i * i) / 20) - 1)
    for (const length of new Set(lengths)) {
      const response = await upload(person, picture.slice(0, length))
      expect(response.status, `${length} of ${picture.length} bytes`).toBe(422)
      await problem(response, 422, 'invalid_image')
    }
  })

  it.each(ONE_OF_EACH)('makes a clean avatar of %s with flipped bits, or refuses it', async (name) => {
    const seed = env.SEED || 'flipped bits'
    const dice = new Dice(seed + name)
    const tally: Record<number, number> = {}
    for (let i = 0; i < 40; i++) {
      const flipped = named(name)
      // Half of them in the header, where sizes and lengths are.
      const limit = i % 2 ? flipped.length : Math.min(flipped.length, 64)
      for (let bits = 1 + dice.below(3); bits > 0; bits--) {
        const at = dice.below(limit)
        flipped[at] = (flipped[at] ?? 0) ^ (1 << dice.below(8))
      }
      const status = await expectTakenOrRefused(flipped)
      tally[status] = (tally[status] ?? 0) + 1
    }
    expect(tally[422], `seed ${seed}`).toBeGreaterThan(0)
  })

  it('finds the size of a JPEG behind almost 2 MB of other segments', async () => {
    const jpeg = named('a JPEG')
    const segment = Uint8Array.from({ length: 0xffff + 2 }, (_, i) => [0xff, 0xe2, 0xff, 0xff][i] ?? 0)
    const behind = (count: number) =>
      joined(jpeg.slice(0, 2), ...Array.from({ length: count }, () => segment), jpeg.slice(2))
    expect(await pixelsAt(await shown(person, await behind(31)))).toMatchObject({ width: 64 })
    const tooMany = await behind(32)
    expect(tooMany.length).toBeGreaterThan(MAX_PICTURE_BYTES)
    await problem(upload(person, tooMany), 413, 'body_too_large')
  })

  it('asks for the first frame of an animation alone, which is all that Images gives in tests', async () => {
    const asked: ImageOutputOptions[] = []
    const transformer = (real: ImageTransformer): ImageTransformer =>
      wrapped(real, {
        transform: (...args: Parameters<ImageTransformer['transform']>) =>
          transformer(real.transform(...args)),
        output: (options: ImageOutputOptions) => {
          asked.push(options)
          return real.output(options)
        },
      })
    const real = env.IMAGES as ImagesBinding
    const watched = wrapped(real, {
      input: (...args: Parameters<ImagesBinding['input']>) => transformer(real.input(...args)),
    })
    await ok(upload(person, named('an animated GIF'), { env: { IMAGES: watched } }))
    expect(asked).toEqual([{ format: 'image/webp', anim: false }])
  })

  it('leaves nothing behind of whatever it has refused', async () => {
    await expectNoOrphans()
  })
})

/** A colour may be off a little; where both see nothing, it does not matter which. */
function expectColour(actual: number[], expected: readonly number[], tolerance: number) {
  const isSeen = (expected[3] ?? 0) > 0
  const off = actual.map((level, i) => Math.abs(level - (expected[i] ?? 0)))
  const worst = Math.max(...(isSeen ? off : off.slice(3)))
  expect(worst, `${actual} is not ${expected}`).toBeLessThanOrEqual(tolerance)
}
