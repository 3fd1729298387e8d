const keys = new Map<string, Promise<CryptoKey>>()

/** The HMAC-SHA-256 key of a secret, imported once for an isolate. */
export function hmacKey(secret: string): Promise<CryptoKey> {
  let key = keys.get(secret)
  if (!key) {
    const algorithm = { name: 'HMAC', hash: 'SHA-256' }
    key = crypto.subtle.importKey('raw', new TextEncoder().encode(secret), algorithm, false, [
      'sign',
      'verify',
    ])
    keys.set(secret, key)
  }
  return key
}
