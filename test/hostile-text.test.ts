import { beforeAll, describe, expect, it, vi } from 'vitest'
import { fieldsAtFault, ok, problem, send } from './support/api.ts'
import {
  bodyWith,
  call,
  type EndpointWithBody,
  type Field,
  fieldsRefused,
  namesOf,
  newWorld,
  WITH_BODY,
  type World,
} from './support/endpoints.ts'
import { post, register } from './support/world.ts'

/** A world that no test changes: whatever is sent into it is refused. */
let world: World
beforeAll(async () => {
  world = await newWorld()
})

/** One code point, two UTF-16 units, four bytes. */
const CRAB = '🦀'
const DECOMPOSED = 'Ame\u0301lie \u212b \u1112\u1161\u11ab'

/** What takes long to normalize: marks that are out of their order, and many. Short enough for a body full of it. */
const MANY_MARKS = `a${'\u0301'.repeat(2500)}${'\u0316'.repeat(2500)}`
const MARKS_IN_A_ROW = 'has more than 30 combining marks in a row'

/** The texts with such marks that are normalized while `act` goes on. */
async function marksNormalizedBy(act: () => Promise<unknown>): Promise<string[]> {
  const normalize = vi.spyOn(String.prototype, 'normalize')
  await act()
  return normalize.mock.contexts.map(String).filter((text) => /\p{M}{31}/u.test(text))
}

/** A text of so many code points; a list of as many as fit of them, no two the same. */
const sized = ({ kind, maxItems = 0 }: Field, length: number): unknown =>
  kind === 'names'
    ? Array.from({ length: maxItems }, (_, i) => String.fromCodePoint(0x1f400 + i) + CRAB.repeat(length - 1))
    : CRAB.repeat(length)

/** The text, or a list of it alone. */
const alone =
  (value: string) =>
  ({ kind }: Field) =>
    kind === 'names' ? [value] : value

const padded = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(padded) : `\n\t \u3000${value}\u00a0 \n`

const WITH_TEXT = WITH_BODY.filter((endpoint) => namesOf(endpoint, 'text', 'names').length > 0)
const WITH_NAMES = WITH_BODY.filter((endpoint) => namesOf(endpoint, 'names').length > 0)

const field = ({ fields }: EndpointWithBody, name: string) => fields[name] as Field

/** The valid body in which each field named has the value made for it. */
const bodyOf = (endpoint: EndpointWithBody, names: string[], value: (field: Field) => unknown, of = world) =>
  bodyWith(endpoint, of, names, (name) => JSON.stringify(value(field(endpoint, name))))

/** What an accepted body has left in these fields, wherever the answer shows them. */
async function stored(endpoint: EndpointWithBody, names: string[], value: (field: Field) => unknown) {
  const own = await newWorld()
  const answer = await ok(call(endpoint, own, { body: bodyOf(endpoint, names, value, own) }), endpoint.status)
  const shown = { ...answer.profile, ...answer.user?.profile, ...answer }
  return Object.fromEntries(names.map((name) => [name, shown[name]]))
}

describe.each(WITH_BODY)('$route', (endpoint) => {
  const sent = (body: unknown) => call(endpoint, world, { body })

  it.each([
    ['NUL', '0000'],
    ['BEL', '0007'],
    ['a carriage return', '000d'],
    ['escape', '001b'],
    ['DEL', '007f'],
    ['a C1 control', '0085'],
    ['a high surrogate alone', 'd800'],
    ['a low surrogate alone', 'dc00'],
    ['a pair of surrogates the wrong way round', String.raw`dc00\ud800`],
  ])('names every text, at once, that holds %s, in the middle or at an end', async (_, code) => {
    const names = namesOf(endpoint, 'text', 'names', 'form', 'choice')
    if (/^d[8c]/.test(code)) names.push(...namesOf(endpoint, 'password'))
    for (const text of ['"some CODE text"', '"CODE some text"', '"some text CODE"']) {
      const json = (name: string) => {
        const value = text.replace('CODE', String.raw`\u${code}`)
        return field(endpoint, name).kind === 'names' ? `["fine",${value}]` : value
      }
      if (names.length > 0)
        expect(await fieldsRefused(sent(bodyWith(endpoint, world, names, json)))).toEqual(names.toSorted())
      for (const name of namesOf(endpoint, 'opaque')) {
        expect([401, 422]).toContain((await sent(bodyWith(endpoint, world, [name], json))).status)
      }
    }
  })
})

describe.each(WITH_TEXT)('$route', (endpoint) => {
  const sent = (body: unknown) => call(endpoint, world, { body })
  const texts = namesOf(endpoint, 'text', 'names')
  const everywhere = (value: string) =>
    Object.fromEntries(texts.map((name) => [name, alone(value)(field(endpoint, name))]))
  const limited = [...texts, ...namesOf(endpoint, 'password')]

  it('takes every text at its limit in code points, trimmed first', async () => {
    const atLimit = (each: Field) => sized(each, each.max ?? 0)
    expect(await stored(endpoint, texts, (each) => padded(atLimit(each)))).toEqual(
      Object.fromEntries(texts.map((name) => [name, atLimit(field(endpoint, name))])),
    )
  })

  it('names every text, at once, that is one code point too long', async () => {
    const body = bodyOf(endpoint, limited, (each) => sized(each, (each.max ?? 0) + 1))
    expect(await fieldsRefused(sent(body))).toEqual(limited.toSorted())
  })

  it('names every text, at once, that is one code point too short, however long it is in UTF-16', async () => {
    const short = limited.filter((name) => field(endpoint, name).min)
    const body = bodyOf(endpoint, short, (each) => {
      const text = CRAB.repeat((each.min ?? 0) - 1)
      return each.kind === 'names' ? [padded('')] : each.kind === 'password' ? text : padded(text)
    })
    expect(await fieldsRefused(sent(body))).toEqual(short.toSorted())
  })

  it('names every text, at once, of which nothing can be seen, unless it may be empty', async () => {
    const due = texts.filter((name) => field(endpoint, name).min)
    for (const blank of [
      '\u200b\u200b\u200b',
      '\u2800 \u3164\u00ad',
      '\ufe0f\u200d\u{e0020}',
      '\u2060\n\u115f',
    ]) {
      const sent = bodyOf(endpoint, due, alone(blank))
      if (due.length > 0)
        expect(await fieldsRefused(call(endpoint, world, { body: sent }))).toEqual(due.toSorted())
    }
  })

  it('names every text, at once, that has more than 30 combining marks in a row, and normalizes none of them', async () => {
    const body = bodyOf(endpoint, texts, ({ kind }) =>
      kind === 'names' ? [MANY_MARKS, MANY_MARKS] : MANY_MARKS,
    )
    const normalized = await marksNormalizedBy(async () => {
      const { errors = [] } = await problem(sent(body), 422, 'validation_failed')
      expect(new Set(errors.map(({ pointer }) => pointer.split('/')[1]))).toEqual(new Set(texts))
      expect(new Set(errors.map(({ message }) => message))).toEqual(new Set([MARKS_IN_A_ROW]))
    })
    expect(normalized).toEqual([])
    // Of the second kind each is two in NFC.
    for (const marks of ['\u0336'.repeat(31), '\u0344'.repeat(16)]) {
      expect(await fieldsRefused(sent(bodyOf(endpoint, texts, alone(`x${marks}`))))).toEqual(texts.toSorted())
    }
  })

  it('stores every text in NFC', async () => {
    const composed = DECOMPOSED.normalize('NFC')
    expect(composed).not.toBe(DECOMPOSED)
    expect(await stored(endpoint, texts, alone(DECOMPOSED))).toEqual(everywhere(composed))
  })

  it.each([
    ['SQL', `'); DROP TABLE users; -- " OR 1=1`],
    ['markup', '<script>alert(1)</script><!-- ]]> &amp;'],
    ['newlines and tabs', 'one\n\ttwo'],
    ['formats and templates', '%s %00 {{7*7}} $1 \\0 \\u0000'],
    ['bidi and invisible characters', 'a\u202eb\u200bc\ufeffd\u2066e'],
    ['joined emoji', '👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 1️⃣'],
    ['30 marks on one letter', `x${'\u0336'.repeat(30)}`],
    [
      'marks on every letter',
      'Z\u0337\u0353\u0301a\u0335\u0349l\u0334\u0317g\u0338\u0320\u0352o\u0336\u0359',
    ],
    ['Tibetan', 'ཧཀྵྨླྺྼྻྂ ༀ་མ་ཎི་པདྨེ་ཧཱུྃ'],
    ['Hebrew with points and accents', 'בְּרֵאשִׁ֖ית בָּרָ֣א אֱלֹהִ֑ים'],
    ['Arabic with vowels', 'بِسْمِ ٱللَّٰهِ'],
    ['Devanagari', 'क्षत्रियाँ हिन्दी'],
    ['Vietnamese', 'Trần Hưng Đạo'],
    ['noncharacters', 'a\ufffeb\uffffc\u{10ffff}d'],
  ])('stores as given what does no harm: %s', async (_, text) => {
    const value = text.normalize('NFC')
    expect(await stored(endpoint, texts, alone(value))).toEqual(everywhere(value))
  })
})

describe.each(WITH_NAMES)('$route', (endpoint) => {
  const sent = (body: unknown) => call(endpoint, world, { body })

  it('points at the entry of a list that holds a control character', async () => {
    for (const name of namesOf(endpoint, 'names')) {
      const body = bodyOf(endpoint, [name], () => ['fine', 'not\u0000fine', 'fine too', '\u0007'])
      expect(await fieldsAtFault(sent(body))).toEqual([`/${name}/1`, `/${name}/3`])
    }
  })

  it('names a list of one entry too many', async () => {
    for (const name of namesOf(endpoint, 'names')) {
      const body = bodyOf(endpoint, [name], ({ maxItems = 0 }) =>
        Array.from({ length: maxItems + 1 }, (_, i) => `name ${i}`),
      )
      expect(await fieldsAtFault(sent(body))).toEqual([`/${name}`])
    }
  })

  it('names the entry that a list holds twice, whatever its case and normal form', async () => {
    for (const name of namesOf(endpoint, 'names')) {
      const body = bodyOf(endpoint, [name], () => [
        'É',
        'other',
        ' e\u0301 ',
        'ΟΔΟΣ',
        'OTHER',
        'οδος',
        'οδοσ',
        'straße',
        'STRASSE',
        'Straẞe',
        // Of which there is no capital letter in one.
        '\u0390',
        '\u03aa\u0301',
      ])
      expect(await fieldsAtFault(sent(body))).toEqual(
        [2, 4, 5, 6, 8, 9, 11].map((index) => `/${name}/${index}`),
      )
    }
  })
})

describe('a name in another case', () => {
  it.each([
    ['straße', ['STRASSE', 'Straße', 'STRAẞE', 'straẞe']],
    ['ΟΔΟΣ', ['οδος', 'οδοσ']],
    ['Джинн', ['ДЖИНН']],
  ])('finds what was stored as %s', async (name, others) => {
    const projectId = await post(await register(), { techStack: [name] })
    for (const tech of others) {
      const { items } = await ok(send(`/api/projects?tech=${encodeURIComponent(tech)}`))
      expect(items.map(({ id }: { id: number }) => id)).toEqual([projectId])
    }
  })
})

describe('a name in another normal form', () => {
  it('finds what was stored in NFC', async () => {
    const projectId = await post(await register(), { techStack: ['Cafe\u0301'] })
    for (const tech of ['Café', 'CAFÉ', 'cafe\u0301']) {
      const { items } = await ok(send(`/api/projects?tech=${encodeURIComponent(tech)}`))
      expect(items.map(({ id }: { id: number }) => id)).toEqual([projectId])
    }
  })
})

describe('A text that is looked up, with more than 30 combining marks in a row,', () => {
  it.each(['q', 'tech', 'role', 'owner', 'collaborator'])(
    'is refused as ?%s=, and not normalized',
    async (name) => {
      const value = encodeURIComponent(MANY_MARKS)
      for (const query of [
        `${name}=${value}`,
        ...(name === 'tech' || name === 'role' ? [`${name}=a&${name}=${value}`] : []),
      ]) {
        const normalized = await marksNormalizedBy(async () => {
          const { errors } = await problem(send(`/api/projects?${query}`), 422, 'validation_failed')
          expect(errors).toEqual([{ pointer: `?${name}`, message: MARKS_IN_A_ROW }])
        })
        expect(normalized).toEqual([])
      }
    },
  )

  it('is refused as the email of a login, and not normalized', async () => {
    const body = { email: `${MANY_MARKS}@example.com`, password: 'whatever' }
    const normalized = await marksNormalizedBy(async () =>
      expect(await fieldsAtFault(send('/api/accounts/login', { body }))).toEqual(['/email']),
    )
    expect(normalized).toEqual([])
  })

  it('is refused as the email, username or password of a registration, and not normalized', async () => {
    const body = { email: `${MANY_MARKS}@example.com`, username: MANY_MARKS, password: MANY_MARKS }
    const normalized = await marksNormalizedBy(async () =>
      expect(await fieldsRefused(send('/api/accounts/register', { body }))).toEqual(
        Object.keys(body).toSorted(),
      ),
    )
    expect(normalized).toEqual([])
  })

  it('names nobody in a path, and is not normalized', async () => {
    const normalized = await marksNormalizedBy(() =>
      problem(send(`/api/accounts/users/${encodeURIComponent(MANY_MARKS)}`), 404, 'not_found'),
    )
    expect(normalized).toEqual([])
  })
})

describe('a body with every kind of fault', () => {
  it('has all of them named at once in POST /api/accounts/register', async () => {
    const body = { email: 'no email', username: 'ME', password: 'me', displayName: 'x'.repeat(81) }
    expect(await fieldsRefused(send('/api/accounts/register', { body }))).toEqual([
      'displayName',
      'email',
      'password',
      'username',
    ])
    const guessable = { email: 'no email', username: 'some-body', password: 'Some-Body', displayName: 5 }
    expect(await fieldsRefused(send('/api/accounts/register', { body: guessable }))).toEqual([
      'displayName',
      'email',
      'password',
    ])
  })

  it('has all of them named at once in POST /api/projects', async () => {
    const body = {
      title: ' ',
      techStack: ['Go', 'x'.repeat(41), 'go', 7],
      rolesNeeded: 'Tester',
      status: 'done',
      isOpen: 'yes',
    }
    const pointers = await fieldsAtFault(send('/api/projects', { token: world.owner.access, body }))
    expect(pointers.sort()).toEqual([
      '/description',
      '/isOpen',
      '/rolesNeeded',
      '/status',
      '/techStack/1',
      '/techStack/2',
      '/techStack/3',
      '/title',
    ])
  })
})
