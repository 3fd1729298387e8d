const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Two digits for each byte. */
export const hex = (bytes: Iterable<number>): string => Array.from(bytes, (byte) => DIGITS[byte]).join('')

/** The SHA-256 of a text, in hex. */
export async function sha256(text: string): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))))
}
