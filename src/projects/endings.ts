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
  const whole = completions(plain.toLowerCase()).map((each) => `"${mark}${each}"`)
  return `(${[...goingOn(mark + plain), ...whole].join(' OR ')})`
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

/** The word as it is, and as a beginning: the stemmer changes both, and the latter must end in what it leaves alone. */
function goingOn(word: string): string[] {
  // A final y becomes an i, before other letters it does not: "key" and "keyboard". An e behind it only goes.
  if (/y$/i.test(word)) return [`"${word}" *`, `"${word}e" *`]
  if (!/..(?<!s)s$/i.test(word)) return [`"${word}" *`]
  // A final s goes, and "sms" would begin "small". A ness behind it goes too and lets the s stay, if a vowel is before it.
  const letters = /[aeiou]/i.test(word) ? ['ness'] : NEXT
  return [`"${word}"`, ...letters.map((each) => `"${word}${each}" *`)]
}

/** What a letter or digit behind a final s may be: of these the stemmer takes none off, but for the e behind a y. */
const NEXT = [...'abcdefghijklmnopqrstuvwxyz0123456789', 'ye']

/**
 * What a word that breaks off within its ending may become: "collaborat" is no beginning of "collabor", which is what the
 * index holds of "collaboration", but the whole word is stemmed like it.
 */
function completions(word: string): string[] {
  const cut = BREAKS.filter(([begun]) => word.endsWith(begun)).map(([, rest]) => word + rest)
  // A consonant is doubled before an ending: "runn" for "run".
  return /([b-df-hj-np-tv-z])\1$/.test(word) ? [...cut, `${word}ing`] : cut
}
