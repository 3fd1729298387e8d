import { foldCase } from '../http/text.ts'
import { COMMON_PASSWORDS } from './common-passwords.ts'

const PRODUCT_NAME = 'devcollab'
const SEQUENCES = ['01234567890', 'abcdefghijklmnopqrstuvwxyz', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm']
/** What may be a common repetition or run. Longer ones are rare. Of ASCII, so that each character is one code unit. */
const SHORT_ASCII = /^[\t\x20-\x7e]{1,10}$/

let common: Set<string> | undefined

/**
 * What is wrong with a password for somebody of these names (email, username), in words that follow "password"; undefined
 * if nothing is. It may be made of any characters (OWASP ASVS 5.0, 6.2.5) but not be one that is tried first: a common
 * one (6.2.4), a repetition or run, or one of the own names or ours, with or without digits and signs around (6.2.11).
 */
export function passwordFault(password: string, ownNames: string[]): string | undefined {
  const guess = foldCase(password)
  common ??= new Set(COMMON_PASSWORDS.split(' '))
  if (common.has(guess)) return 'is one of the most common ones, which are tried first; choose another'
  if (SHORT_ASCII.test(guess) && (isRepetition(guess) || isRun(guess))) {
    return 'is a repetition or a run of keys, which is tried first; choose another'
  }
  const names = [...ownNames, ...ownNames.map((name) => name.replace(/@.*/, '')), PRODUCT_NAME].map(foldCase)
  if (
    names.some((name) => name === guess || (isWord(lettersOf(name)) && lettersOf(name) === lettersOf(guess)))
  ) {
    return 'must not be your email, your username or our name, nor one of them with digits or signs around it'
  }
  return undefined
}

/** A name of one or two letters is not looked for: a good password may have the same letters by chance. */
const isWord = (letters: string) => [...letters].length >= 3

/** One to five characters again and again. */
const isRepetition = (text: string) =>
  [1, 2, 3, 4, 5].some(
    (unit) => unit * 2 <= text.length && [...text].every((character, i) => character === text[i % unit]),
  )

const isRun = (text: string) =>
  SEQUENCES.some((run) => run.includes(text) || run.includes([...text].reverse().join('')))

/** From the first letter to the last. Not found by trimming what is no letter: that takes time by the square of the length. */
const lettersOf = (text: string) => /\p{L}(?:.*\p{L})?/su.exec(text)?.[0] ?? ''
