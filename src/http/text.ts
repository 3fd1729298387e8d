import * as z from 'zod'

const CONTROL_CHARACTERS = /\p{Cc}/u
const ALLOWED_CONTROLS = /[\n\t]/g

/**
 * More than 30 combining marks in a row. To normalize a run takes time that grows with the square of its length, and no
 * language has as many (UAX #15, Stream-Safe Text Format). The lookbehind keeps the search from beginning anew at each mark.
 */
const LONG_RUN_OF_MARKS = /(?<!\p{M})\p{M}{31}/u

/** Nothing but what fonts leave blank: spaces, characters for layout alone, and the empty pattern of Braille. */
const INVISIBLE = /^[\s\p{Default_Ignorable_Code_Point}\u2800]*$/u

/**
 * A check of a string. `find` gives its first fault, in words that follow the name of the field, or nothing. A fault ends the
 * checks of this string; unlike after a refinement with `abort`, those of the whole body (`alongside`) still run.
 */
export function faultOf(find: (value: string) => string | false | undefined) {
  return z.check<string>(({ value, issues }) => {
    const message = find(value)
    if (message) issues.push({ code: 'custom', input: value, message })
  })
}

/**
 * A text of `min` to `max` code points after trimming, in NFC. Control characters other than newline and tab,
 * halves of surrogate pairs, and more than 30 combining marks in a row are refused, and so is a text of which nothing
 * can be seen, unless it may be empty.
 */
export function text(min: number, max: number) {
  return (
    z
      .string()
      // First: a fault ends the checks, so nothing is trimmed away before it is seen, and no long run is normalized.
      .check(faultOf((value) => notWellFormed(value) || controlCharacters(value) || marksInARow(value)))
      .trim()
      .normalize('NFC')
      // Looks for marks again: NFC makes two of some.
      .check(faultOf((value) => marksInARow(value) || notLength(value, min, max) || notVisible(value, min)))
      .meta(textForm(min, max))
  )
}

const CHARACTER = String.raw`[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]`
const SPACE = String.raw`[^\S\u000b-\u000d]`
const VISIBLE = String.raw`[^\s\u0000-\u001f\u007f-\u009f]`

/**
 * What JSON Schema can say of `text`. That it is counted in NFC, has no half of a surrogate pair, few marks in a row and
 * something to be seen, it cannot.
 */
export function textForm(min: number, max: number) {
  const trimmed =
    min === 1 ? `${VISIBLE}(?:${CHARACTER}*${VISIBLE})?` : `${VISIBLE}${CHARACTER}{${min - 2},}${VISIBLE}`
  const pattern = min === 0 ? `^${CHARACTER}*$` : `^${SPACE}*${trimmed}${SPACE}*$`
  return { minLength: min, maxLength: max, pattern }
}

const marksInARow = (value: string) =>
  LONG_RUN_OF_MARKS.test(value) && 'has more than 30 combining marks in a row'

const controlCharacters = (value: string) =>
  CONTROL_CHARACTERS.test(value.replace(ALLOWED_CONTROLS, '')) && 'holds control characters'

/** JSON can spell half a surrogate pair, which has no bytes to store or to hash. */
export const notWellFormed = (value: string) => !value.isWellFormed() && 'holds half of a surrogate pair'

const notVisible = (value: string, min: number) =>
  min > 0 && INVISIBLE.test(value) && 'must have something that can be seen'

/** Limits count Unicode code points. */
export function notLength(value: string, min: number, max: number): string | false {
  const length = [...value].length
  if (length > max) return `must have at most ${max} characters`
  if (length >= min) return false
  return min === 1 ? 'must not be empty' : `must have at least ${min} characters`
}

/**
 * The form in which names are compared without regard to case, in any script: by way of upper case, where ς and σ are one,
 * but first of lower case, without which ẞ would not be the ß that becomes SS.
 * Give it only what `text` has let pass or what is short: it normalizes, and that may take long (`LONG_RUN_OF_MARKS`).
 */
export const foldCase = (value: string): string =>
  value.toLowerCase().toUpperCase().toLowerCase().normalize('NFC')

/** At most `maxItems` texts of 1 to `maxLength` code points each, none of them twice, whatever its case. */
export function nameList(maxItems: number, maxLength: number) {
  return z
    .array(text(1, maxLength))
    .max(maxItems, { error: `must have at most ${maxItems} entries` })
    .check(eachOnce)
    .meta({ uniqueItems: true, description: 'No duplicates, whatever their case.' })
}

/**
 * A check of an object or array as a whole. It runs even if faults were found in its fields or items, so that all are named
 * at once. So `value` may be of any type, and `atFault` has the names of the fields, or indexes of the items, at fault.
 */
export function alongside(
  check: (
    value: unknown,
    fault: (path: PropertyKey[], message: string) => void,
    atFault: ReadonlySet<PropertyKey | undefined>,
  ) => void,
) {
  const unconditional = z.check<unknown>(({ value, issues }) =>
    check(
      value,
      (path, message) => issues.push({ code: 'custom', input: value, path, message }),
      new Set(issues.map(({ path }) => path?.[0])),
    ),
  )
  unconditional._zod.def.when = () => true
  return unconditional
}

const eachOnce = alongside((names, fault, atFault) => {
  if (!Array.isArray(names)) return
  const seen = new Set<string>()
  for (const [index, name] of names.entries()) {
    if (typeof name !== 'string' || atFault.has(index)) continue
    const key = foldCase(name)
    if (seen.has(key)) fault([index], 'is listed twice')
    seen.add(key)
  }
})
