import * as z from 'zod'

const CONTROL_CHARACTERS = /\p{Cc}/u
const ALLOWED_CONTROLS = /[\n\t]/g

/**
 * A check of a string that finds its first fault, in words that follow the name of the field. Unlike a refinement
 * with `abort`, a fault found by it does not keep the checks of the whole body from running.
 */
export function faultOf(find: (value: string) => string | false | undefined) {
  return z.check<string>(({ value, issues }) => {
    const message = find(value)
    if (message) issues.push({ code: 'custom', input: value, message })
  })
}

/**
 * A text of `min` to `max` code points after trimming, in NFC. Control characters other than newline and tab,
 * and halves of surrogate pairs, are refused.
 */
export function text(min: number, max: number) {
  return z
    .string()
    .trim()
    .normalize('NFC')
    .check(faultOf((value) => notText(value) || notLength(value, min, max)))
    .meta({ minLength: min, maxLength: max })
}

const notText = (value: string) =>
  notWellFormed(value) ||
  (CONTROL_CHARACTERS.test(value.replace(ALLOWED_CONTROLS, '')) && 'holds control characters')

/** JSON can spell half a surrogate pair, which has no bytes to store or to hash. */
export const notWellFormed = (value: string) => !value.isWellFormed() && 'holds half of a surrogate pair'

/** Limits count Unicode code points. */
export function notLength(value: string, min: number, max: number): string | false {
  const length = [...value].length
  if (length > max) return `must have at most ${max} characters`
  if (length >= min) return false
  return min === 1 ? 'must not be empty' : `must have at least ${min} characters`
}

/** The form in which names are compared without regard to case, in any script: by way of upper case, where ς and σ are one. */
export const foldCase = (value: string): string => value.toUpperCase().toLowerCase().normalize('NFC')

/** At most `maxItems` texts of 1 to `maxLength` code points each, none of them twice, whatever its case. */
export function nameList(maxItems: number, maxLength: number) {
  return z
    .array(text(1, maxLength))
    .max(maxItems, { error: `must have at most ${maxItems} entries` })
    .check(eachOnce())
}

function eachOnce() {
  const check = z.check<string[]>(({ value: names, issues }) => {
    const seen = new Set<string>()
    for (const [index, name] of names.entries()) {
      if (typeof name !== 'string') continue
      const key = foldCase(name)
      if (seen.has(key))
        issues.push({ code: 'custom', input: name, path: [index], message: 'is listed twice' })
      seen.add(key)
    }
  })
  // By itself a check does not run after another has failed; all faults are to be named at once.
  check._zod.def.when = ({ value }) => Array.isArray(value)
  return check
}
