/**
 * Writes `src/accounts/common-passwords.ts` from the list that zxcvbn-ts maintains (MIT): of its 10,000 most common
 * passwords those that are long enough to be tried here. Run it after an update of that package.
 */
import { writeFileSync } from 'node:fs'
import { dictionary } from '@zxcvbn-ts/language-common'

const MOST_COMMON = 10_000
const MIN_LENGTH = 8

const ranked = dictionary['passwords-common'] as string[]
const passwords = ranked
  .slice(0, MOST_COMMON)
  .map((password) => password.toLowerCase())
  .filter(
    (password) =>
      password.length >= MIN_LENGTH && /^[\x21-\x7e]+$/.test(password) && !/[`\\$]/.test(password),
  )
  .sort()

writeFileSync(
  'src/accounts/common-passwords.ts',
  `/** Common passwords of at least ${MIN_LENGTH} characters, in lower case, from zxcvbn-ts (MIT). Made by scripts/common-passwords.ts. */
export const COMMON_PASSWORDS = \`${[...new Set(passwords)].join(' ')}\`
`,
)
