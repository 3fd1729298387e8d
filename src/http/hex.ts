const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Two digits for each byte. */
export const hex = (bytes: Iterable<number>): string => Array.from(bytes, (byte) => DIGITS[byte]).join('')
