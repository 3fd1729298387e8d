/** What the commands work on: a database, its blacklist and its avatars. */
export interface Stores {
  DB: D1Database
  TOKEN_BLACKLIST: KVNamespace
  AVATARS: R2Bucket
}

/** Who sits there. */
export interface Terminal {
  print: (line: string) => void
  /** Says what is about to be done and comes back if it may be. @throws `Refusal` */
  confirm: (what: string) => Promise<void>
}

/** Why a command did nothing, in words for the operator. */
export class Refusal extends Error {}

/**
 * Text that people have chosen, as it may be printed: whatever a terminal would obey, or show where it is not, is
 * spelled out.
 */
export const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    character === '\n' ? character : `\\u{${character.codePointAt(0)?.toString(16)}}`,
  )

/** A value as JSON, indented and fit to be printed. */
export const shown = (value: unknown): string => printable(JSON.stringify(value, null, 2))

export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
