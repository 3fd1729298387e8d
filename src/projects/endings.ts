/** Endings that the stemmer takes off (M. F. Porter, An algorithm for suffix stripping, 1980), as words are written. */
const ENDINGS = [
  ...[
    'ability',
    'able',
    'ally',
    'ance',
    'ation',
    'ational',
    'ative',
    'ator',
    'ed',
    'ence',
    'er',
    'ful',
    'ibility',
  ],
  ...['ible', 'ical', 'ing', 'ion', 'ism', 'ity', 'ive', 'ization', 'ize', 'izing', 'ment', 'ness', 'ous'],
]

const AFTER_Y = ['able', 'er', 'ful', 'ment']

/**
 * What a word that breaks off within its ending may become: "collaborat" is no beginning of "collabor", which is what the
 * index holds of "collaboration", but the whole word is stemmed like it.
 */
export function completions(word: string): string[] {
  const cut = ENDINGS.flatMap((ending) =>
    Array.from({ length: ending.length - 1 }, (_, i) => i + 1)
      .filter((length) => word.endsWith(ending.slice(0, length)))
      .map((length) => word + ending.slice(length)),
  )
  // A consonant is doubled before an ending: "runn" for "run".
  if (/([b-df-hj-np-tv-z])\1$/.test(word)) return [...cut, `${word}ing`]
  // By itself it is stemmed to an i, before an ending it is not: "deploy" and "deployment".
  return word.endsWith('y') ? [...cut, ...AFTER_Y.map((ending) => word + ending)] : cut
}
