import { beforeAll, describe, expect, it } from 'vitest'
import { fieldsAtFault, ok, problem, send } from './support/api.ts'
import { type Person, post, register } from './support/world.ts'

let somebody: Person
beforeAll(async () => {
  somebody = await register()
})

describe('GET /api/projects with filters', () => {
  const asked = (query: string) => send(`/api/projects?${query}`)

  it.each([
    'status=',
    'status=PLANNING',
    'status=pending',
    'status=planning&status=completed',
    'status=planning%00',
    'isOpen=',
    'isOpen=1',
    'isOpen=TRUE',
    'isOpen=yes',
    'isOpen=true&isOpen=false',
    'isOpen=%00',
    'sort=',
    'sort=NEWEST',
    'sort=id',
    'sort=newest&sort=oldest',
    'sort=updated_at%20DESC',
    'sort=__proto__',
    'q=%00',
    'q=a%0Db',
    'q=a&q=b',
    `q=${'a'.repeat(201)}`,
    ...['tech', 'role'].flatMap((name) => [
      `${name}=`,
      `${name}=%20`,
      `${name}=a%00b`,
      `${name}=a%0Db`,
      `${name}=${'a'.repeat(41)}`,
      `${name}=a&${name}=`,
      Array.from({ length: 21 }, (_, i) => `${name}=${i}`).join('&'),
    ]),
    ...['owner', 'collaborator'].flatMap((name) => [
      `${name}=`,
      `${name}=person-1%00`,
      `${name}=person-1&${name}=person-2`,
      `${name}=${'a'.repeat(101)}`,
    ]),
  ])('names a wrong ?%s', async (query) => {
    expect(await fieldsAtFault(asked(query))).toEqual([`?${query.split('=')[0]}`])
  })

  it.each(['status', 'isOpen', 'sort', 'owner', 'collaborator', 'q'])(
    'says that ?%s is given twice',
    async (name) => {
      const { errors } = await problem(asked(`${name}=true&${name}=true`), 422, 'validation_failed')
      expect(errors).toEqual([{ pointer: `?${name}`, message: 'must be given once' }])
    },
  )

  it('says what a wrong parameter may be, whatever else is given twice', async () => {
    const { errors } = await problem(asked('status=open&tech=Rust&tech=C'), 422, 'validation_failed')
    expect(errors).toEqual([
      { pointer: '?status', message: 'must be one of planning, in_progress, completed' },
    ])
  })

  it('names every wrong parameter at once', async () => {
    const query = 'limit=0&status=x&isOpen=2&tech=&role=%00&owner=&collaborator=&q=%00&sort=x'
    const pointers = await fieldsAtFault(asked(query))
    expect(pointers.sort()).toEqual(
      ['?collaborator', '?isOpen', '?limit', '?owner', '?q', '?role', '?sort', '?status', '?tech'].sort(),
    )
  })

  const SYNTAX = [
    ['SQL', `" OR 1=1 --`],
    ['SQL in single quotes', `' OR '1'='1`],
    ['a statement', `x'); DROP TABLE projects; --`],
    ['a facet of the index', 'o1x'],
    ['a column of the index', 'facets:*'],
    ['a column and a group', 'facets : (o1x OR o0x)'],
    ['a column left out', '- facets : x'],
    ['an open NEAR', 'NEAR('],
    ['a NEAR', 'NEAR(a b, 5)'],
    ['operators alone', 'AND OR NOT'],
    ['NOT in front', 'NOT x'],
    ['a lone quote', '"'],
    ['two quotes', '""'],
    ['four quotes', `''''`],
    ['a star', '*'],
    ['a prefix', 'Nod*'],
    ['a caret', '^Node'],
    ['an open group', '(('],
    ['a closed group', '))'],
    ['a plus', 'Node + x'],
    ['a backslash', '\\'],
    ['a wildcard of LIKE', '%'],
    ['a wildcard of LIKE for one', 'Node_js'],
    ['punctuation', '.,;:!?#$&@|~`{}[]<>'],
    ['an emoji', '🦀'],
    ['a sequence of emoji', '👩‍👩‍👧‍👦'],
    ['Chinese', '项目'],
    ['an accent alone', '\u0301'],
    ['a zero-width space', 'a\u200bb'],
    ['a noncharacter', '\uffff'],
    ['half an escape', '%f'],
    ['null', 'null'],
  ]

  it.each(SYNTAX)('finds nothing by a name that is %s', async (_, name = '') => {
    await post(somebody, { techStack: ['Node.js'], rolesNeeded: ['Tester'] })
    const value = encodeURIComponent(name)
    for (const query of [`tech=${value}`, `role=${value}`, `collaborator=${value}`]) {
      expect((await ok(asked(`owner=${somebody.username}&${query}`))).items).toEqual([])
    }
    expect((await ok(asked(`owner=${value}`))).items).toEqual([])
  })

  it.each(SYNTAX)('finds by a name that is %s what bears it, and nothing else', async (_, name = '') => {
    const owner = await register()
    await post(owner, { techStack: ['Node.js'], rolesNeeded: ['Tester'] })
    const id = await post(owner, { techStack: [name], rolesNeeded: [name] })
    const query = `owner=${owner.username}&tech=${encodeURIComponent(name)}&role=${encodeURIComponent(name)}`
    const { items } = await ok(asked(query))
    expect(items.map((item: { id: number }) => item.id)).toEqual([id])
  })

  it.each(SYNTAX)('takes %s for words in ?q=, which nobody wrote', async (_, words = '') => {
    await post(somebody, { techStack: ['Node.js'], rolesNeeded: ['Tester'] })
    const q = encodeURIComponent(words)
    for (const sort of ['newest', 'oldest', 'updated', 'relevance']) {
      expect((await ok(asked(`owner=${somebody.username}&q=${q}&sort=${sort}`))).items).toEqual([])
    }
  })

  it.each(SYNTAX)('takes %s for words in ?q=, which are found', async (_, words = '') => {
    const owner = await register()
    await post(owner)
    const id = await post(owner, { description: `About ${words} and so on` })
    const { items } = await ok(asked(`owner=${owner.username}&q=${encodeURIComponent(words)}`))
    const hasWords = /[\p{L}\p{N}]/u.test(words)
    expect(items.map((item: { id: number }) => item.id)).toEqual(hasWords ? [id] : [])
  })

  it.each(SYNTAX)('takes %s for words however often ?q= says it', async (_, words = '') => {
    for (const q of [`${words} ${words}`, `${words}x${words}`, words.repeat(40)]) {
      const isTooLong = [...q.trim().normalize()].length > 200 || /\p{M}{31}/u.test(q)
      const response = await asked(`q=${encodeURIComponent(q)}&tech=no-such-technology`)
      expect(response.status).toBe(isTooLong ? 422 : 200)
    }
  })

  it.each(['%00', 'a%00b', '%ff', '%c0%af', '%ed%a0%80', '%', '%zz', '', '+', 'x&q=y'])(
    'survives ?q=%s and the like in every parameter',
    async (value) => {
      for (const name of [
        'q',
        'tech',
        'role',
        'owner',
        'collaborator',
        'sort',
        'status',
        'isOpen',
        'cursor',
      ]) {
        expect([200, 400, 422]).toContain((await asked(`${name}=${value}`)).status)
      }
    },
  )

  it('survives a parameter of 20,000 characters', async () => {
    for (const name of ['q', 'tech', 'role', 'owner', 'collaborator', 'sort', 'status', 'isOpen', 'cursor']) {
      expect([200, 400, 422]).toContain((await asked(`${name}=${'a%20'.repeat(5000)}`)).status)
    }
  })

  it('takes 20 technologies and 20 roles of 40 emoji each', async () => {
    const many = ['tech', 'role'].flatMap((name) =>
      Array.from({ length: 20 }, (_, i) => `${name}=${encodeURIComponent(`${i % 10}`.padEnd(79, '🦀'))}`),
    )
    expect((await ok(asked(many.join('&')))).items).toEqual([])
  })
})
