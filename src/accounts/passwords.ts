import bcrypt from 'bcryptjs'

/**
 * bcrypt reads no more than 72 bytes, and stops at a NUL. So it is given, instead of the password, 64 ASCII characters that
 * depend on every character of it. The key is no secret; it makes our digests differ from everybody else's.
 */
const APPLICATION_KEY = 'devcollab password v1'

/** Salt and hash of a password that nobody knows: comparing with it takes as long as with a user's. */
const DECOY_SALT_AND_HASH = 'Rg8YpPVpfXJHmZUWz2qM8eKx1nFvE5mOBbYtqS1oYIk6ZxY9sC2mS'

/** The HMAC-SHA-384 of a password, in base64: what stands for it outside of the request that brought it. */
export async function digestPassword(password: string): Promise<string> {
  const encoder = new TextEncoder()
  const algorithm = { name: 'HMAC', hash: 'SHA-384' }
  const key = await crypto.subtle.importKey('raw', encoder.encode(APPLICATION_KEY), algorithm, false, [
    'sign',
  ])
  const mac = await crypto.subtle.sign('HMAC', key, encoder.encode(password))
  return btoa(String.fromCharCode(...new Uint8Array(mac)))
}

/** The bcrypt hash of a password's digest. `cost` is the binary logarithm of bcrypt's rounds. */
export const hashDigest = (digest: string, cost: number): Promise<string> => bcrypt.hash(digest, cost)

/**
 * Whether the digest fits the hash: exactly one bcrypt comparison, also without a hash (an unknown account), so that
 * the time taken tells nothing.
 */
export async function matchesHash(
  digest: string,
  passwordHash: string | undefined,
  cost: number,
): Promise<boolean> {
  const isMatch = await bcrypt.compare(
    digest,
    passwordHash ?? `$2b$${String(cost).padStart(2, '0')}$${DECOY_SALT_AND_HASH}`,
  )
  return isMatch && passwordHash !== undefined
}

/** Whether the hash was made at a lower cost than is due now. */
export const isOutdated = (passwordHash: string, cost: number): boolean =>
  Number(passwordHash.split('$')[2]) < cost
