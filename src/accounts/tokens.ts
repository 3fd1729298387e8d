import { sign, verify } from 'hono/jwt'
import * as z from 'zod'
import { type Settings, secretsOf } from '../env.ts'
import { hmacKey } from '../http/hmac.ts'
import { randomId } from './sessions.ts'

/** RFC 8725, sections 3.1 and 3.8 to 3.12: one algorithm, one issuer, one audience, and a type that keeps the two kinds apart. */
export const JWT_ALGORITHM = 'HS256'
const JWT_ISSUER = 'devcollab'
const JWT_AUDIENCE = 'devcollab-api'

/** How far the clocks of two machines may differ before a token seems to come from the future. */
const CLOCK_SKEW_SECONDS = 5

/**
 * How a token ends: the 43 characters of a signature in base64url hold 32 bytes and two bits more, which must be zero
 * (RFC 4648, 3.5). Hono does not look at the two bits: without this, four texts would be one token.
 */
export const SIGNATURE = /\.[\w-]{42}[AEIMQUYcgkosw048]$/

const claims = z.object({
  sub: z
    .string()
    .regex(/^[1-9]\d{0,15}$/)
    .transform(Number),
  sid: z.string().min(1),
  jti: z.string().min(1),
  iss: z.literal(JWT_ISSUER),
  aud: z.literal(JWT_AUDIENCE),
  iat: z.int().refine((iat) => iat <= Date.now() / 1000 + CLOCK_SKEW_SECONDS),
  exp: z.int(),
})

/** The claims of an access token. Hono checks the signature and `exp`, but lets a missing claim pass. */
export const accessClaims = claims.extend({ typ: z.literal('access') })
/** `cnt` is the session's counter: the token may be spent while the two are equal. */
const refreshClaims = claims.extend({ typ: z.literal('refresh'), cnt: z.int().min(0) })

export type RefreshClaims = z.output<typeof refreshClaims>

/** What tokens are made for: a session as it stands after a login or a rotation. */
export interface TokenSession {
  id: string
  userId: number
  counter: number
  expiresAt: Date
}

export interface Tokens {
  access: string
  refresh: string
  /** Seconds that `access` lives. */
  expiresIn: number
}

/** A pair of the session. The access token never outlives it; the refresh token ends with it. */
export async function signTokens(session: TokenSession, settings: Settings, now: Date): Promise<Tokens> {
  const iat = Math.floor(now.getTime() / 1000)
  const sessionExp = Math.floor(session.expiresAt.getTime() / 1000)
  const accessExp = Math.min(iat + settings.ACCESS_TTL_SECONDS, sessionExp)
  const shared = { sub: String(session.userId), sid: session.id, iss: JWT_ISSUER, aud: JWT_AUDIENCE, iat }
  const key = await hmacKey(settings.JWT_SECRET)
  const [access, refresh] = await Promise.all([
    sign({ ...shared, jti: randomId(), typ: 'access', exp: accessExp }, key, JWT_ALGORITHM),
    sign(
      { ...shared, jti: randomId(), typ: 'refresh', cnt: session.counter, exp: sessionExp },
      key,
      JWT_ALGORITHM,
    ),
  ])
  return { access, refresh, expiresIn: accessExp - iat }
}

/** The claims of a genuine refresh token; undefined if it is broken, foreign, of the other kind or, unless allowed, expired. */
export async function readRefreshToken(
  token: string,
  settings: Settings,
  { allowExpired = false } = {},
): Promise<RefreshClaims | undefined> {
  if (!SIGNATURE.test(token)) return undefined
  const options = { alg: JWT_ALGORITHM, iat: false, exp: !allowExpired } as const
  for (const secret of secretsOf(settings)) {
    const payload = await verify(token, await hmacKey(secret), options).catch(() => undefined)
    if (payload) return refreshClaims.safeParse(payload).data
  }
  return undefined
}
