/**
 * Writes `src/accounts/common-passwords.ts` from two lists, for no two agree: the 10,000 most common passwords of the one
 * that zxcvbn-ts maintains (MIT), and the 3,000 most common of the one that Django 5.2 refuses (Royce Williams; BSD,
 * django/contrib/auth/common-passwords.txt.gz), those that are long enough to be tried here. Run it after an update.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { dictionary } from '@zxcvbn-ts/language-common'

const MOST_COMMON = 10_000
const MIN_LENGTH = 8

const ranked = dictionary['passwords-common'] as string[]
const djangos = readFileSync('scripts/common-passwords-of-django.txt', 'utf8').split('\n')
const passwords = [...ranked.slice(0, MOST_COMMON), ...djangos]
  .map((password) => password.toLowerCase())
  .filter(
    (password) =>
      password.length >= MIN_LENGTH && /^[\x21-\x7e]+$/.test(password) && !/[`\\$]/.test(password),
  )
  .sort()

writeFileSync(
  'src/accounts/common-passwords.ts',
  `/** Common passwords of at least ${MIN_LENGTH} characters, in lower case, from zxcvbn-ts (MIT) and Django (BSD). Made by scripts/common-passwords.ts. */
export const COMMON_PASSWORDS = \`${[...new Set(passwords)].join(' ')}\`
`,
)
