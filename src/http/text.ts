import * as z from 'zod'

const CONTROL_CHARACTERS = /\p{Cc}/u
const ALLOWED_CONTROLS = /[\n\t]/g

/** UTF-16 units that stand for one code point, in text with marks that NFC joins to their letters; more is no text. */
const MAX_UNITS_PER_CODE_POINT = 8

const tooLong = (max: number) => `must have at most ${max} characters`

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
  return (
    z
      .string()
      // Before anything is done with it: to normalize a long run of marks takes the square of its length.
      .check(faultOf((value) => value.length > max * MAX_UNITS_PER_CODE_POINT && tooLong(max)))
      .trim()
      .normalize('NFC')
      .check(faultOf((value) => notText(value) || notLength(value, min, max)))
      .meta(textForm(min, max))
  )
}

const CHARACTER = String.raw`[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]`
const VISIBLE = String.raw`[^\s\u0000-\u001f\u007f-\u009f]`

/** What JSON Schema can say of `text`. That it is counted in NFC, and has no half of a surrogate pair, it cannot. */
export function textForm(min: number, max: number) {
  const trimmed =
    min === 1 ? `${VISIBLE}(?:${CHARACTER}*${VISIBLE})?` : `${VISIBLE}${CHARACTER}{${min - 2},}${VISIBLE}`
  const pattern = min === 0 ? `^${CHARACTER}*$` : String.raw`^\s*${trimmed}\s*$`
  return { minLength: min, maxLength: max, pattern }
}

const notText = (value: string) =>
  notWellFormed(value) ||
  (CONTROL_CHARACTERS.test(value.replace(ALLOWED_CONTROLS, '')) && 'holds control characters')

/** JSON can spell half a surrogate pair, which has no bytes to store or to hash. */
export const notWellFormed = (value: string) => !value.isWellFormed() && 'holds half of a surrogate pair'

/** Limits count Unicode code points. */
export function notLength(value: string, min: number, max: number): string | false {
  const length = [...value].length
  if (length > max) return tooLong(max)
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
    .check(eachOnce)
    .meta({ uniqueItems: true, description: 'None twice, whatever its case.' })
}

/**
 * A check of a whole that runs although its parts were found at fault, so that all faults are named at once. What it
 * is given may therefore be of any type.
 */
export function alongside(
  check: (value: unknown, fault: (path: PropertyKey[], message: string) => void) => void,
) {
  const unconditional = z.check<unknown>(({ value, issues }) =>
    check(value, (path, message) => issues.push({ code: 'custom', input: value, path, message })),
  )
  unconditional._zod.def.when = () => true
  return unconditional
}

const eachOnce = alongside((names, fault) => {
  if (!Array.isArray(names)) return
  const seen = new Set<string>()
  for (const [index, name] of names.entries()) {
    if (typeof name !== 'string') continue
    const key = foldCase(name)
    if (seen.has(key)) fault([index], 'is listed twice')
    seen.add(key)
  }
})
