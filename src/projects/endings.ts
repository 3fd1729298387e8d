/** Endings that the stemmer takes off (M. F. Porter, An algorithm for suffix stripping, 1980), as words are written. */
const ENDINGS =
  `ability able ally ance ation ational ative ator ed ence er ful ibility ible ical ing ion ism ity ive
  ization ize izing ly ment ness ous`.split(/\s+/)

/** Where an ending may break off: what is there of it, and what is not. */
const BREAKS = ENDINGS.flatMap((ending) =>
  Array.from(ending.slice(1), (_, i) => [ending.slice(0, i + 1), ending.slice(i + 1)] as const),
)

/**
 * The term of FTS5 for a word that may go on. With a `mark`, for one that begins with it. The index holds stems, and the
 * beginning of a word need not be one of its stem, so the word is also looked for as what it may be.
 */
export function beginning(word: string, mark = ''): string {
  const plain = withoutAccents(word)
  const rests = [...goingOn(mark + plain), ...completions(plain.toLowerCase()).map((rest) => `${rest}"`)]
  return `(${rests.map((rest) => `"${mark}${word}${rest}`).join(' OR ')})`
}

/**
 * As the tokenizer hands a word to the stemmer, to which "analý" ends in a y. Both cases are spelt out: under the flag i, an
 * ι would pass for a mark.
 */
const withoutAccents = (word: string) =>
  word
    .normalize('NFD')
    .replace(/(?<=[A-Za-z])\p{M}+/gu, '')
    .normalize('NFC')

/**
 * How the terms end for the word as it is, and as a beginning. The stemmer changes both, and "apple" would begin
 * "application"; but of what ends in ness and in eness it takes that off and, coming to its other rules too late, leaves alone
 * what is before.
 */
function goingOn(word: string): string[] {
  if (isLeftAlone(word)) return ['" *']
  if (!/(?<!s)s$/i.test(word)) return ['"', 'eness" *']
  // It keeps a ness that no vowel is before.
  const letters = /[aeiou]/i.test(word) ? ['ness'] : NEXT
  return ['"', ...letters.map((each) => `${each}" *`)]
}

/**
 * What a letter or digit behind a final s may be, with the vowels that are no accented ones: of these the stemmer takes none
 * off, but for the e behind a y.
 */
const NEXT = [...'abcdefghijklmnopqrstuvwxyzæøœı0123456789', 'ye']

/** The stemmer passes over words of more bytes. */
const MAX_STEMMED = 64

/** What a word ends in that the stemmer takes something off, or changes. */
const STEMMED = /(?:[eisy]|al|ant|ed|ent|er|ful|ic|ing|ion|ism|ll|or|ou)$/i

/**
 * Whether the stemmer leaves the word alone, or would not leave it alone with an eness behind: one that is short or very
 * long, has no consonant behind a vowel, ends in the only such pair it has, or in what an e would make an ending of.
 */
const isLeftAlone = (word: string) =>
  !STEMMED.test(word) ||
  word.length < 3 ||
  new TextEncoder().encode(`${word}eness`).length > MAX_STEMMED ||
  !/(?<!s)s$|(?:[aeiou]|[^aeiou]y)[^aeiou]/i.test(word) ||
  /^(?:y|[^aeiouy])[^aeiouy]*[aeiouy][^aeiouwxys]$/i.test(word) ||
  /(?:anc|enc|abl|ibl|at|iv|iz)$/i.test(word)

/**
 * What a word that breaks off within its ending may go on with: "collaborat" is no beginning of "collabor", which is what the
 * index holds of "collaboration", but the whole word is stemmed like it.
 */
function completions(word: string): string[] {
  const rests = BREAKS.filter(([begun]) => word.endsWith(begun)).map(([, rest]) => rest)
  // A consonant is doubled before an ending: "runn" for "run".
  return /([b-df-hj-np-tv-z])\1$/.test(word) ? [...rests, 'ing'] : rests
}
