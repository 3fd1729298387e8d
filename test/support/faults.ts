import { env } from 'cloudflare:workers'
import type { PasswordHasher } from '../../src/accounts/password-hasher.ts'
import type { Bindings } from '../../src/env.ts'
import { wrapped } from './bindings.ts'
import { UNLIMITED } from './limits.ts'

/** A call to a binding. */
export interface BindingCall {
  /** Such as `DB.batch`. */
  name: string
  /** Of a batch. */
  statements: number
}

/** What befalls the `n`th call that a request makes to any of its bindings, counted from 1. */
export interface Fault {
  n: number
  /**
   * The call fails before it reaches the store or, on the way back, when all is done; or it is held on its way, there
   * or back, until `meanwhile` is over; or one statement of a batch, counted from 0, fails within its transaction.
   */
  kind: 'there' | 'back' | 'held there' | 'held back' | 'statement'
  statement?: number
  meanwhile?: () => Promise<unknown>
}

const AVATARS_METHODS = ['get', 'head', 'list', 'put', 'delete'] as const
const KV_METHODS = ['get', 'list', 'put', 'delete'] as const

/** Every binding there is, with a fault if one is given, and the calls that are made to them. Its limiters refuse nobody. */
export function faulty(fault?: Fault): { env: Partial<Bindings>; calls: BindingCall[] } {
  const calls: BindingCall[] = []

  async function through<T>(name: string, act: () => Promise<T>, statements = 0): Promise<T> {
    const n = calls.push({ name, statements })
    if (fault?.n !== n) return act()
    const { kind, meanwhile } = fault
    if (kind === 'there') throw new Error(`${name}: Network connection lost.`)
    if (kind === 'held there') await meanwhile?.()
    const result = await act()
    if (kind === 'held back') await meanwhile?.()
    if (kind === 'back') throw new Error(`${name}: Network connection lost.`)
    return result
  }

  /** A binding whose methods go through. */
  function watched<T extends object>(binding: string, real: T, methods: readonly (keyof T & string)[]): T {
    const replaced = methods.map((method) => [
      method,
      (...args: unknown[]) =>
        through(`${binding}.${method}`, async () =>
          (real[method] as (...args: unknown[]) => unknown).apply(real, args),
        ),
    ])
    return wrapped(real, Object.fromEntries(replaced))
  }

  function database<T extends D1Database | D1DatabaseSession>(real: T): T {
    return wrapped(real, {
      withSession: (...args: Parameters<D1Database['withSession']>) => database(env.DB.withSession(...args)),
      batch: (statements: D1PreparedStatement[]) =>
        through('DB.batch', () => real.batch(broken(statements, fault, calls.length)), statements.length),
    })
  }

  const transformer = (real: ImageTransformer): ImageTransformer =>
    wrapped(real, {
      transform: (...args: Parameters<ImageTransformer['transform']>) => transformer(real.transform(...args)),
      output: (...args: Parameters<ImageTransformer['output']>) =>
        through('IMAGES.output', () => real.output(...args)),
    })

  return {
    calls,
    env: {
      DB: database(env.DB),
      TOKEN_BLACKLIST: watched('TOKEN_BLACKLIST', env.TOKEN_BLACKLIST, KV_METHODS),
      AVATARS: watched('AVATARS', env.AVATARS, AVATARS_METHODS),
      ASSETS: watched('ASSETS', env.ASSETS, ['fetch']),
      ...(env.IMAGES && {
        IMAGES: wrapped(env.IMAGES, {
          input: (...args: Parameters<ImagesBinding['input']>) =>
            transformer((env.IMAGES as ImagesBinding).input(...args)),
        }),
      }),
      PASSWORD_HASHER: wrapped(env.PASSWORD_HASHER, {
        getByName: (name: string) => {
          const hasher = env.PASSWORD_HASHER.getByName(name)
          return {
            hash: (...args: Parameters<PasswordHasher['hash']>) =>
              through('PASSWORD_HASHER.hash', () => hasher.hash(...args)),
            verify: (...args: Parameters<PasswordHasher['verify']>) =>
              through('PASSWORD_HASHER.verify', () => hasher.verify(...args)),
          }
        },
      }),
      // Limits have tests of their own.
      ...Object.fromEntries(
        Object.entries(UNLIMITED).map(([name, limiter]) => [name, watched(name, limiter, ['limit'])]),
      ),
    },
  }
}

/** The batch, with the fault's statement replaced by one that fails as it runs. */
function broken(statements: D1PreparedStatement[], fault: Fault | undefined, n: number) {
  if (fault?.kind !== 'statement' || fault.n !== n) return statements
  return statements.toSpliced(fault.statement ?? 0, 1, env.DB.prepare('INSERT INTO users (id) VALUES (NULL)'))
}
