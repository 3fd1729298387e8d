import type { JwtVariables } from 'hono/jwt'
import * as z from 'zod'
import type { PasswordHasher } from './accounts/password-hasher.ts'
import type { Caller } from './accounts/sessions.ts'
import type { Database } from './db/client.ts'
import { originPattern } from './http/cors.ts'
import type { Logged } from './http/request-log.ts'
import type { Operations } from './operations.ts'

/** The rate-limit bindings; src/limits.ts says what each limits. */
export type LimiterName =
  | 'READ_LIMIT'
  | 'WRITE_LIMIT'
  | 'ASK_LIMIT'
  | 'AVATAR_LIMIT'
  | 'LOGIN_LIMIT'
  | 'REGISTER_LIMIT'
  | 'SITE_LIMIT'
  | 'REFRESH_LIMIT'

/** What the platform hands the Worker: the bindings of wrangler.toml and the variables around them. */
export interface Bindings extends Record<LimiterName, RateLimit> {
  DB: D1Database
  TOKEN_BLACKLIST: KVNamespace
  AVATARS: R2Bucket
  /** The files of `public/`. */
  ASSETS: Fetcher
  /** Decodes and re-encodes avatars. A deployment may lack it; then uploads are a 503. */
  IMAGES?: ImagesBinding
  PASSWORD_HASHER: DurableObjectNamespace<PasswordHasher>
  [variable: string]: unknown
}

/**
 * The variables of a request. Hono copies all of them each time that `c.var` is read. So middleware that every request
 * passes reads a single one by `c.get`, and a handler reads `c.var` before a loop, not in it.
 */
export interface AppEnv {
  Bindings: Bindings
  Variables: JwtVariables<unknown> &
    Logged & {
      settings: Settings
      db: Database
      /** Where the request came to, such as https://api.example.com. */
      origin: string
      /** What the request has asked of its stores so far. */
      operations: Operations
      /** Who sent a valid access token. Handlers of protected routes ask `signedIn(c)` instead. */
      caller: Caller | undefined
    }
}

/** An origin, exact or with `*` as its first label, but not `https://*.com`: that would let in everybody. */
const ORIGIN = /^https?:\/\/(?:\*\.(?=[\w-]+\.[\w-]|localhost\b))?[\w.-]+(?::\d+)?$/

const seconds = (fallback: number) => z.coerce.number().int().min(1).default(fallback)

const secret = z
  .string()
  .refine((value) => new TextEncoder().encode(value).length >= 32, 'must have at least 32 bytes')

const settingsSchema = z
  .object({
    JWT_SECRET: secret,
    /** Still accepted while the tokens that it signed live on; signs nothing. */
    JWT_SECRET_PREVIOUS: z.preprocess((value) => value || undefined, secret.optional()),
    /** `off` for tests and load tests. */
    RATE_LIMIT: z.enum(['on', 'off']).default('on'),
    CORS_ORIGINS: z
      .string()
      .default('')
      .transform((list) =>
        list
          .split(',')
          .map((origin) => origin.trim().replace(/\/$/, ''))
          .filter(Boolean),
      )
      .pipe(
        z.array(
          z
            .string()
            .regex(ORIGIN, 'must be origins such as https://app.example.com')
            .transform(originPattern),
        ),
      ),
    ACCESS_TTL_SECONDS: seconds(15 * 60),
    REFRESH_TTL_SECONDS: seconds(14 * 24 * 3600),
    SESSION_TTL_SECONDS: seconds(90 * 24 * 3600),
    /** bcrypt's cost. Tests may go below 10, nobody else. */
    BCRYPT_COST: z.coerce.number().int().min(4).max(15).default(10),
    /** `on` where the database is replicated: anonymous reads, and those that send a bookmark, ask the nearest copy. */
    READ_REPLICATION: z.enum(['on', 'off']).default('off'),
    /** `on` to tell browsers how long the Worker and D1 took. */
    SERVER_TIMING: z.enum(['on', 'off']).default('off'),
    ENVIRONMENT: z.string().default('production'),
  })
  .refine(({ BCRYPT_COST, ENVIRONMENT }) => BCRYPT_COST >= 10 || ENVIRONMENT === 'test', {
    path: ['BCRYPT_COST'],
    error: 'must be at least 10',
  })

export type Settings = Readonly<z.output<typeof settingsSchema>>

/** The secrets that a signature may be made with: the first signs, all verify. */
export const secretsOf = ({ JWT_SECRET, JWT_SECRET_PREVIOUS }: Settings): [string, ...string[]] =>
  JWT_SECRET_PREVIOUS ? [JWT_SECRET, JWT_SECRET_PREVIOUS] : [JWT_SECRET]

const settingsOf = new WeakMap<Bindings, Settings>()

/**
 * The validated settings, read once for an isolate.
 * @throws an error that names the variables at fault, never their values; nothing is served until they are right
 */
export function readSettings(env: Bindings): Settings {
  const known = settingsOf.get(env)
  if (known) return known
  const result = settingsSchema.safeParse(env)
  if (!result.success) {
    throw new Error(
      `Wrong settings: ${result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`,
    )
  }
  settingsOf.set(env, result.data)
  return result.data
}
