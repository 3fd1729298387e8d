import { expect } from 'vitest'

export const PASSWORD = 'quite a long password for tests'

const BCRYPT_HASH = /\$2[aby]\$\d\d\$/
const JWT = /\beyJ[\w-]+\.[\w-]+\.[\w-]+/
const SQL = /\b(?:select|insert into|update|delete from)\b[^.]*\b(?:from|values|set|where)\b/i
const EMAIL = /[\w.+-]+@[\w-]+\.\w/
/** Those of vitest.config.ts and of the tests that change it. */
const JWT_SECRET = /secret for tests only/
const STACK = /(?:\n|\\n)\s+at |\.ts:\d+:\d+/

/**
 * What neither an answer nor a log line may hold. Tokens leave in the answers that give them out and nowhere else, and
 * emails in those that are their owner's: no line may hold either.
 */
const FORBIDDEN = [BCRYPT_HASH, SQL, STACK, JWT_SECRET, /quite a long password/]
const GIVES_TOKENS = /\/accounts\/(?:register|login|refresh|me\/password)\/?$/

export async function expectNoSecrets(response: Response, path: string) {
  // Not `text()`, which warns of a picture.
  const body = new TextDecoder().decode(await response.arrayBuffer())
  const text = `${JSON.stringify([...response.headers])}\n${body}`
  for (const pattern of FORBIDDEN) expect(text).not.toMatch(pattern)
  if (!GIVES_TOKENS.test(path.split('?')[0] ?? '')) expect(text).not.toMatch(JWT)
}

export function expectNoSecretsInLog(line: string) {
  for (const pattern of [...FORBIDDEN, JWT, EMAIL]) expect(line).not.toMatch(pattern)
}
