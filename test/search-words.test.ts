import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { WORD } from '../src/projects/search.ts'
import { ok, send } from './support/api.ts'
import { insertProjects, insertUser } from './support/by-sql.ts'
import { idsOf, pathOf } from './support/lists.ts'

const SEED = env.SEED ? { seed: Number(env.SEED) } : {}
const AT_ONCE = 10_000

const codePoints = Array.from({ length: 0x110000 }, (_, code) => code)
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code))
const letters = codePoints.filter((each) => /[\p{L}\p{N}]/u.test(each))
const accents = codePoints.filter((each) => /\p{M}/u.test(each))
const isWord = (text: string) => text.match(WORD)?.join() === text
const [taken, left] = [letters.filter(isWord), letters.filter((each) => !isWord(each))]
const worn = accents.filter((each) => isWord(`a${each}`))

/** Into how many words the tokenizer of the index splits each text. */
async function wordCounts(texts: string[]): Promise<Map<string, number>> {
  const counts = new Map(texts.map((text) => [text, 0]))
  for (let from = 0; from < texts.length; from += AT_ONCE) {
    const chunk = texts.slice(from, from + AT_ONCE)
    await env.DB.prepare('DELETE FROM scratch').run()
    const insert = env.DB.prepare('INSERT INTO scratch (rowid, text) SELECT key, value FROM json_each(?)')
    await insert.bind(JSON.stringify(chunk)).run()
    const { results } = await env.DB.prepare(
      'SELECT doc, count(*) AS words FROM scratch_words GROUP BY doc',
    ).all<{ doc: number; words: number }>()
    for (const { doc, words } of results) counts.set(chunk[doc] ?? '', words)
  }
  return counts
}

/** Those of the texts that the tokenizer splits into another number of words. */
const notOf = async (count: number, texts: string[]) =>
  [...(await wordCounts(texts))].filter(([, words]) => words !== count).map(([text]) => text)

describe('A word of ?q=', () => {
  beforeAll(async () => {
    const sql = await env.DB.prepare(
      `SELECT sql FROM sqlite_master WHERE name = 'projects_search'`,
    ).first<string>('sql')
    const tokenize = sql?.match(/tokenize = '(?:[^']|'')+'/)?.[0]
    await env.DB.prepare(`CREATE VIRTUAL TABLE scratch USING fts5(text, ${tokenize})`).run()
    await env.DB.exec(`CREATE VIRTUAL TABLE scratch_words USING fts5vocab(scratch, 'instance')`)
  })

  it('is of some 140,000 letters and digits and a few accents', () => {
    expect([taken.length > 140_000, left.length, worn.length]).toEqual([true, 21, 25])
  })

  it('is one word of the index, whichever letter or digit it is', async () => {
    expect(await notOf(1, taken)).toEqual([])
  })

  it('is one word of the index, whichever letter or digit stands in it', async () => {
    expect(
      await notOf(
        1,
        taken.map((each) => `a${each}a`),
      ),
    ).toEqual([])
  })

  it('is one word of the index, whichever accent its letters bear', async () => {
    expect(
      await notOf(
        1,
        worn.map((each) => `a${each}a${each}`),
      ),
    ).toEqual([])
  })

  it('ends at every emoji and every sign of the Basic Multilingual Plane', async () => {
    const signs = codePoints.filter(
      (each) =>
        /[[\p{Extended_Pictographic}\p{Emoji_Presentation}\p{Emoji_Modifier}]--\p{L}]/v.test(each) ||
        (each.length === 1 && /[\p{S}\p{P}]/u.test(each)),
    )
    expect(signs.length).toBeGreaterThan(7000)
    expect(
      await notOf(
        2,
        signs.map((each) => `a${each}b`),
      ),
    ).toEqual([])
  })

  it('leaves out no letter or digit but those that the index splits words at', async () => {
    expect(
      await notOf(
        2,
        left.map((each) => `a${each}a`),
      ),
    ).toEqual([])
  })

  it('is found where it is written, in letters of any script', { timeout: 120_000 }, async () => {
    const { id: ownerId, username: owner } = await insertUser()
    const letter = fc.oneof(
      fc.nat({ max: taken.length - 1 }).map((at) => taken[at]),
      fc.constantFrom(...'aäéßиΣ字7'),
    )
    const accented = fc.tuple(letter, fc.constantFrom('', '', '', ...worn)).map((parts) => parts.join(''))
    const word = fc.array(accented, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''))
    const separator = fc.constantFrom(' ', '-', ', ', '. ', '"', '*', '/', '🚀', '🤖', '🫠', '\u{f8ff}')
    const text = fc
      .array(fc.tuple(word, separator), { minLength: 1, maxLength: 8 })
      .map((parts) => parts.flat().join('').normalize('NFC').slice(0, 100))
      .filter((each) => each.isWellFormed())
    const property = fc.asyncProperty(text, async (q) => {
      const [id] = await insertProjects([{ description: `About ${q} and so on.` }], ownerId)
      expect(await idsOf({ q, owner, limit: 1 })).toEqual([id])
    })
    await fc.assert(property, { numRuns: 500, ...SEED })
  })

  it('is never an error, whatever is written', { timeout: 120_000 }, async () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(
        '"',
        '*',
        ' AND ',
        ' NOT (',
        '{title}:',
        ':',
        '^',
        '-',
        '+',
        "'",
        'NEAR(',
        'x',
        '\u0301',
      ),
    )
    const text = fc.array(piece, { minLength: 1, maxLength: 8 }).map((parts) =>
      [
        ...parts
          .join('')
          .replace(/\p{Cc}/gu, ' ')
          .normalize(),
      ]
        .slice(0, 200)
        .join(''),
    )
    const sort = fc.constantFrom('newest', 'oldest', 'updated', 'relevance')
    const property = fc.asyncProperty(text, sort, async (q, by) => {
      await ok(send(pathOf({ q, sort: q.trim() ? by : 'newest' })))
    })
    await fc.assert(property, { numRuns: 500, ...SEED })
  })
})
