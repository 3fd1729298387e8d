import * as z from 'zod'

const CONTROL_CHARACTERS = /[\p{Cc}]/u
const ALLOWED_CONTROLS = /[\n\t]/g

/** Unicode code points, which is how every limit on a text is counted. */
export const codePoints = (value: string): number => [...value].length

/**
 * A text of `min` to `max` code points after trimming, in NFC. Control characters other than newline and tab,
 * and halves of surrogate pairs, are refused.
 */
export function text(min: number, max: number) {
  return z
    .string()
    .refine((value) => value.isWellFormed(), { error: 'holds half of a surrogate pair', abort: true })
    .trim()
    .normalize('NFC')
    .refine((value) => !CONTROL_CHARACTERS.test(value.replace(ALLOWED_CONTROLS, '')), {
      error: 'holds control characters',
      abort: true,
    })
    .refine((value) => codePoints(value) >= min, {
      error: min === 1 ? 'must not be empty' : `must have at least ${min} characters`,
      abort: true,
    })
    .refine((value) => codePoints(value) <= max, { error: `must have at most ${max} characters` })
    .meta({ minLength: min, maxLength: max })
}

/** The form in which names are compared without regard to case, in any script. */
export const foldCase = (value: string): string => value.normalize('NFC').toLowerCase()

/** At most `maxItems` texts of 1 to `maxLength` code points each, none of them twice, whatever its case. */
export function nameList(maxItems: number, maxLength: number) {
  return z
    .array(text(1, maxLength))
    .max(maxItems, { error: `must have at most ${maxItems} entries` })
    .superRefine((names, context) => {
      const seen = new Set<string>()
      for (const [index, name] of names.entries()) {
        const key = foldCase(name)
        if (seen.has(key)) context.addIssue({ code: 'custom', path: [index], message: 'is listed twice' })
        seen.add(key)
      }
    })
}
