/** Endings that the stemmer takes off (M. F. Porter, An algorithm for suffix stripping, 1980), as words are written. */
const ENDINGS =
  `ability able ally ance ation ational ative ator ed ence er ful ibility ible ical ing ion ism ity ive
  ization ize izing ly ment ness ous`.split(/\s+/)

/** Each ending, broken off behind each of its letters: the part that is there, and the rest. */
const BREAKS = ENDINGS.flatMap((ending) =>
  Array.from(ending.slice(1), (_, i) => [ending.slice(0, i + 1), ending.slice(i + 1)] as const),
)

/**
 * A MATCH expression for a word that may be the beginning of a longer one; with a `mark`, for a word that has it in front.
 * The index holds stems, and what a word begins with its stem need not begin with. So the expression asks for the word
 * as it is, for all stems that begin with it, and for the words that it may become.
 */
export function beginning(word: string, mark = ''): string {
  const plain = withoutAccents(word)
  const rests = [...goingOn(mark + plain), ...completions(plain.toLowerCase()).map((rest) => `${rest}"`)]
  return `(${rests.map((rest) => `"${mark}${word}${rest}`).join(' OR ')})`
}

/**
 * The word as the tokenizer hands it to the stemmer, which sees "analý" end in a y: Latin letters without their accents. The
 * expression spells out both cases, since with the flag `i` the letter ι would pass for a mark.
 */
const withoutAccents = (word: string) =>
  word
    .normalize('NFD')
    .replace(/(?<=[A-Za-z])\p{M}+/gu, '')
    .normalize('NFC')

/**
 * How the terms end that ask for the word as it is, and for all that begins with it. The stemmer works on beginnings too: of
 * "apple" it makes "appl", which would find "application". So a "ness" or "eness" is put behind the beginning: the stemmer
 * takes the ness off in a late step and the e in its last, and no rule that comes after that changes the rest.
 */
function goingOn(word: string): string[] {
  if (isLeftAlone(word)) return ['" *']
  if (!/(?<!s)s$/i.test(word)) return ['"', 'eness" *']
  // Without a vowel before it, the stemmer does not take a ness off.
  const letters = /[aeiou]/i.test(word) ? ['ness'] : NEXT
  return ['"', ...letters.map((each) => `${each}" *`)]
}

/**
 * The letters and digits that may follow a final s, vowels that are no accented ones among them. The stemmer takes none of
 * them off again, except an e behind a y.
 */
const NEXT = [...'abcdefghijklmnopqrstuvwxyzæøœı0123456789', 'ye']

/** The stemmer leaves words of more bytes alone. */
const MAX_STEMMED = 64

/** The ends of words that the stemmer shortens or changes. */
const STEMMED = /(?:[eisy]|al|ant|ed|ent|er|ful|ic|ing|ion|ism|ll|or|ou)$/i

/**
 * Whether the word needs no eness, since the stemmer leaves it alone, or must have none, since with an eness the stemmer
 * would change it: a word that is short or very long, that has no consonant behind a vowel, that ends in the only such pair
 * it has, or that ends in letters which an e makes an ending ("anc" in "ance").
 */
const isLeftAlone = (word: string) =>
  !STEMMED.test(word) ||
  word.length < 3 ||
  new TextEncoder().encode(`${word}eness`).length > MAX_STEMMED ||
  !/(?<!s)s$|(?:[aeiou]|[^aeiou]y)[^aeiou]/i.test(word) ||
  /^(?:y|[^aeiouy])[^aeiouy]*[aeiouy][^aeiouwxys]$/i.test(word) ||
  /(?:anc|enc|abl|ibl|at|iv|iz)$/i.test(word)

/**
 * What may complete a word that breaks off within an ending. For "collaboration" the index holds "collabor", which does not
 * begin with "collaborat"; but "collaborat" completed to "collaboration" is stemmed alike.
 */
function completions(word: string): string[] {
  const rests = BREAKS.filter(([begun]) => word.endsWith(begun)).map(([, rest]) => rest)
  // A consonant is doubled before an ending: "runn" for "run".
  return /([b-df-hj-np-tv-z])\1$/.test(word) ? [...rests, 'ing'] : rests
}
