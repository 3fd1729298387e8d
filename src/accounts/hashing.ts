import { rateLimited, throwUnavailable } from '../http/errors.ts'
import { sha256 } from '../http/hex.ts'
import { foldCase } from '../http/text.ts'
import { PASSWORD_POLICY } from '../limits.ts'
import type { PasswordCheck, PasswordHasher, PasswordVerdict } from './password-hasher.ts'
import { digestPassword } from './passwords.ts'

type Hashers = DurableObjectNamespace<PasswordHasher>

/**
 * Whose Durable Object hashes: the account's if it is known to be the caller's, otherwise the network's. An object hashes in
 * one thread, and nobody may keep the one of somebody else's account busy.
 */
type Party = { email: string } | { network: string }

/** The bcrypt hash of a password. @throws `unavailable` */
export async function hashPassword(
  hashers: Hashers,
  party: Party,
  password: string,
  cost: number,
): Promise<string> {
  const [hasher, digest] = await Promise.all([hasherOf(hashers, party), digestPassword(password)])
  return hasher.hash(digest, cost).catch(throwUnavailable)
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
  const [hasher, digest] = await Promise.all([hasherOf(hashers, account), digestPassword(password)])
  const verdict = await hasher
    .verify({ digest, passwordHash: account.passwordHash, ...limits })
    .catch(throwUnavailable)
  if (verdict.retryAfterSeconds !== undefined) throw rateLimited(PASSWORD_POLICY, verdict.retryAfterSeconds)
  return verdict
}

/** One object for each account, known or not, named by a digest: no log or tool of the platform shows an email. */
async function hasherOf(hashers: Hashers, party: Party): Promise<DurableObjectStub<PasswordHasher>> {
  const name = 'email' in party ? `account ${foldCase(party.email)}` : `network ${party.network}`
  return hashers.getByName(await sha256(name))
}
