import { rateLimited, unavailable } from '../http/errors.ts'
import { hex } from '../http/hex.ts'
import { foldCase } from '../http/text.ts'
import { PASSWORD_POLICY } from '../limits.ts'
import type { PasswordCheck, PasswordHasher, PasswordVerdict } from './password-hasher.ts'
import { digestPassword } from './passwords.ts'

type Hashers = DurableObjectNamespace<PasswordHasher>

/** The bcrypt hash of a password for the account of this email, made in the account's Durable Object. @throws `unavailable` */
export async function hashPassword(
  hashers: Hashers,
  email: string,
  password: string,
  cost: number,
): Promise<string> {
  const [hasher, digest] = await Promise.all([hasherOf(hashers, email), digestPassword(password)])
  return answerOf(hasher.hash(digest, cost))
}

/**
 * Whether the password fits the account's hash, undefined for an unknown account. A match brings a new hash if the
 * stored one was made at a lower cost. @throws `rate_limited` before anything is hashed, `unavailable`
 */
export async function verifyPassword(
  hashers: Hashers,
  account: { email: string; passwordHash: string | undefined },
  password: string,
  limits: Pick<PasswordCheck, 'cost' | 'networks'>,
): Promise<Pick<PasswordVerdict, 'isMatch' | 'renewedHash'>> {
  const [hasher, digest] = await Promise.all([hasherOf(hashers, account.email), digestPassword(password)])
  const verdict = await answerOf(hasher.verify({ digest, passwordHash: account.passwordHash, ...limits }))
  if (verdict.retryAfterSeconds !== undefined) throw rateLimited(PASSWORD_POLICY, verdict.retryAfterSeconds)
  return verdict
}

/** One object for an account, known or not, found by a digest: the platform's logs and tools never show the email. */
async function hasherOf(hashers: Hashers, email: string): Promise<DurableObjectStub<PasswordHasher>> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`account ${foldCase(email)}`))
  return hashers.getByName(hex(new Uint8Array(digest)))
}

async function answerOf<T>(call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (error) {
    throw unavailable(error)
  }
}
