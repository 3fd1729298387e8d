import { compare, hash } from 'bcryptjs'

/**
 * bcrypt reads 72 bytes and stops at a NUL. What it gets instead of the password is 64 ASCII characters that depend on
 * every character of it. The key is no secret; it keeps our digests apart from anybody else's.
 */
const APPLICATION_KEY = 'devcollab password v1'

/** A real hash of a password that nobody knows: comparing with it takes as long as with a user's. */
const DECOY_SALT_AND_HASH = 'Rg8YpPVpfXJHmZUWz2qM8eKx1nFvE5mOBbYtqS1oYIk6ZxY9sC2mS'

/** The bcrypt hash of a password, taken exactly as given. `cost` is the binary logarithm of bcrypt's rounds. */
export async function hashPassword(password: string, cost: number): Promise<string> {
  return hash(await digest(password), cost)
}

/**
 * Whether the password fits the hash: exactly one bcrypt comparison, also without a hash (an unknown account),
 * so that the time taken tells nothing.
 */
export async function verifyPassword(
  password: string,
  passwordHash: string | undefined,
  cost: number,
): Promise<boolean> {
  const decoy = `$2b$${String(cost).padStart(2, '0')}$${DECOY_SALT_AND_HASH}`
  const isMatch = await compare(await digest(password), passwordHash ?? decoy)
  return isMatch && passwordHash !== undefined
}

async function digest(password: string): Promise<string> {
  const encoder = new TextEncoder()
  const algorithm = { name: 'HMAC', hash: 'SHA-384' }
  const key = await crypto.subtle.importKey('raw', encoder.encode(APPLICATION_KEY), algorithm, false, [
    'sign',
  ])
  const mac = await crypto.subtle.sign('HMAC', key, encoder.encode(password))
  return btoa(String.fromCharCode(...new Uint8Array(mac)))
}
