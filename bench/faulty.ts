/**
 * The API as deployed, but that its stores fail at random: before a call is done, or after, when only the answer is lost,
 * or they are slow. `PUT /faults` with `{ seed, share }` says how often each happens, and answers how often it did.
 */
import { Dice } from '../scripts/dice.ts'
import type { PasswordHasher } from '../src/accounts/password-hasher.ts'
import { app } from '../src/app.ts'
import type { Bindings } from '../src/env.ts'

export { PasswordHasher } from '../src/accounts/password-hasher.ts'

/** The longest that a slow call waits, in milliseconds. */
const MAX_DELAY_MS = 200

let dice = new Dice('')
let share = 0
const counts: Record<string, number> = {}

// Made once, since settings are read once for each environment.
let environment: Bindings | undefined

export default {
  async fetch(request, env, context) {
    if (new URL(request.url).pathname === '/faults') return control(request)
    environment ??= {
      ...env,
      DB: failing('D1', env.DB, ['batch']),
      TOKEN_BLACKLIST: failing('KV', env.TOKEN_BLACKLIST, ['get', 'put']),
      AVATARS: failing('R2', env.AVATARS, ['get', 'put', 'delete']),
      PASSWORD_HASHER: failingHashers(env.PASSWORD_HASHER),
      ...(env.IMAGES && { IMAGES: failingImages(env.IMAGES) }),
    }
    return app.fetch(request, environment, context)
  },
} satisfies ExportedHandler<Bindings>

async function control(request: Request): Promise<Response> {
  const asked = await request.json<{ seed: string; share: number }>()
  dice = new Dice(asked.seed)
  share = asked.share
  return Response.json(counts)
}

/** Does what was asked, or fails before it, or after, or waits first. */
async function suffer<T>(place: string, act: () => Promise<T>): Promise<T> {
  const kind = Math.floor(dice.fraction() / share)
  const fault =
    share > 0 ? (['lost on the way there', 'lost on the way back', 'slow'] as const)[kind] : undefined
  if (fault) {
    const name = `${place} ${fault}`
    counts[name] = (counts[name] ?? 0) + 1
  }
  if (fault === 'lost on the way there') throw new Error('Network connection lost.')
  if (fault === 'slow') await scheduler.wait(dice.below(MAX_DELAY_MS))
  const result = await act()
  if (fault === 'lost on the way back') throw new Error('Network connection lost.')
  return result
}

/** A binding of which some methods fail. */
function failing<T extends object>(place: string, real: T, methods: (keyof T & string)[]): T {
  return new Proxy(real, {
    get(target, key) {
      const value = Reflect.get(target, key, target)
      if (typeof value !== 'function') return value
      const call = value.bind(target)
      if (!methods.some((method) => method === key)) return call
      return (...args: unknown[]) => suffer(`${place}.${String(key)}`, async () => call(...args))
    },
  })
}

// What the API calls, and no more: stubs and transformers cannot be made here.
function failingHashers(real: Bindings['PASSWORD_HASHER']): Bindings['PASSWORD_HASHER'] {
  const getByName = (name: string): Pick<PasswordHasher, 'hash' | 'verify'> => {
    const hasher = real.getByName(name)
    return {
      hash: (digest, cost) => suffer('hasher.hash', () => hasher.hash(digest, cost)),
      verify: (check) => suffer('hasher.verify', () => hasher.verify(check)),
    }
  }
  return { getByName } as unknown as Bindings['PASSWORD_HASHER']
}

function failingImages(real: ImagesBinding): ImagesBinding {
  const failingOutput = (transformer: ImageTransformer): ImageTransformer =>
    ({
      transform: (transform: ImageTransform) => failingOutput(transformer.transform(transform)),
      output: (options: ImageOutputOptions) => suffer('Images.output', () => transformer.output(options)),
    }) as unknown as ImageTransformer
  return {
    input: (stream: ReadableStream<Uint8Array>) => failingOutput(real.input(stream)),
  } as unknown as ImagesBinding
}
