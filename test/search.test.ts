import { describe, expect, it } from 'vitest'
import { fieldsAtFault, ok, send } from './support/api.ts'
import { idsOf, list, pathOf, type Query } from './support/lists.ts'
import { ask, decide, type Person, post, register } from './support/world.ts'

/** Posts a project with this text; says whether it is found by the words, by its owner among others' projects. */
async function isFound(text: { title?: string; description?: string }, q: string): Promise<boolean> {
  const owner = await register()
  await post(owner, { title: 'Another project', description: 'Of no interest.' })
  const id = await post(owner, text)
  const found = await idsOf({ q, owner: owner.username })
  expect([[id], []]).toContainEqual(found)
  return found.length === 1
}

const patch = (owner: Person, id: number, body: object) =>
  ok(send(`/api/projects/${id}`, { method: 'PATCH', token: owner.access, body }))

describe('GET /api/projects?q=', () => {
  it('finds words of the title and words of the description', async () => {
    const text = { title: 'A garden planner', description: 'Knows when tomatoes are due.' }
    expect(await isFound(text, 'garden')).toBe(true)
    expect(await isFound(text, 'tomatoes')).toBe(true)
  })

  it('finds words of title and description together', async () => {
    const text = { title: 'A garden planner', description: 'Knows when tomatoes are due.' }
    expect(await isFound(text, 'planner due garden')).toBe(true)
  })

  it('asks for all of the words', async () => {
    const text = { title: 'A garden planner', description: 'Knows when tomatoes are due.' }
    expect(await isFound(text, 'garden cucumbers tomatoes')).toBe(false)
  })

  it('finds among all projects, newest first', async () => {
    const [ada, bob] = [await register(), await register()]
    const ids = [
      await post(ada, { title: 'Xylophone one' }),
      await post(bob, { description: 'Xylophone two' }),
    ]
    expect(await idsOf({ q: 'xylophone' })).toEqual(ids.reverse())
  })

  it.each([
    ['running', 'run'],
    ['run', 'running'],
    ['run', 'runs'],
    ['databases', 'database'],
    ['database', 'databases'],
    ['tested', 'testing'],
    ['libraries', 'library'],
    ['connection', 'connected'],
  ])('goes by stems: finds %s by %s', async (written, q) => {
    expect(await isFound({ title: `About ${written} here` }, `${q} about`)).toBe(true)
  })

  it.each([
    ['café', 'cafe'],
    ['cafe', 'café'],
    ['cafe\u0301', 'CAFE'],
    ['Übersicht', 'ubersicht'],
    ['señor', 'senor'],
    ['İstanbul', 'istanbul'],
    ['Tiếng', 'tieng'],
    ['Ẹ\u0301kọ\u0301', 'eko'],
    ['Ẹ\u0301kọ\u0301', 'Ẹ\u0301kọ\u0301'],
    ['g\u0303uarani', 'g\u0303uarani'],
  ])('minds no accents: finds %s by %s', async (written, q) => {
    expect(await isFound({ title: `About ${written} here` }, `${q} about`)).toBe(true)
  })

  it.each([
    ['GraphQL', 'graphql'],
    ['graphql', 'GRAPHQL'],
    ['Питон', 'ПИТОН'],
    ['ΛΌΓΟΣ', 'λόγος'],
    ['λόγος', 'ΛΌΓΟΣ'],
    ['Straße', 'straße'],
    ['Straße', 'STRAẞE'],
    ['ﬁle', 'ﬁle'],
    ['ᾠδή', 'ᾨδή'],
    ['ᏣᎳᎩ', 'ᏣᎳᎩ'],
    ['և', 'և'],
  ])('minds no case: finds %s by %s', async (written, q) => {
    expect(await isFound({ title: `About ${written} here` }, `${q} about`)).toBe(true)
  })

  it.each(['项目', '日本語テスト', 'ภาษาไทย', 'हिन्दी भाषा', 'العربية', 'עִבְרִית', '한국어', '２０２６', '𝔘𝔫𝔦'])(
    'finds %s by itself',
    async (written) => {
      expect(await isFound({ title: `About ${written} here` }, `${written} about`)).toBe(true)
      expect(await isFound({ description: written }, written)).toBe(true)
    },
  )

  it.each(['and', 'OR', 'NOT', 'NEAR', 'null', '2026', 'x'])('takes %s for a word like any', async (word) => {
    expect(await isFound({ title: `About ${word} here` }, word)).toBe(true)
    expect(await isFound({ title: 'Over there' }, `${word} there`)).toBe(false)
  })

  it('takes the last word for a beginning', async () => {
    expect(await isFound({ title: 'A kubernetes dashboard' }, 'kuber')).toBe(true)
    expect(await isFound({ title: 'A kubernetes dashboard' }, 'dashboard k')).toBe(true)
  })

  it('takes no other word for a beginning', async () => {
    expect(await isFound({ title: 'A kubernetes dashboard' }, 'kuber dashboard')).toBe(false)
  })

  it('takes no word for an ending or a middle', async () => {
    expect(await isFound({ title: 'A kubernetes dashboard' }, 'board')).toBe(false)
    expect(await isFound({ title: 'A kubernetes dashboard' }, 'bernet')).toBe(false)
  })

  it('takes words in any order and however often', async () => {
    expect(await isFound({ title: 'First second third' }, 'third third first FIRST')).toBe(true)
  })

  it('takes whatever is no letter and no digit for a space', async () => {
    expect(await isFound({ title: 'Node.js, (real-time): chat!' }, '"real time" -- chat/node*JS')).toBe(true)
  })

  it.each(['!', '***', '"', '🦀', '.', '\u0301', '-- , --'])(
    'finds nothing where there is no word: %s',
    async (q) => {
      expect(await isFound({ title: `About ${q} here` }, q)).toBe(false)
    },
  )

  it.each(['', ' ', '\n\t', '\u3000'])('asks for nothing if it is blank: %j', async (q) => {
    const owner = await register()
    const ids = [await post(owner), await post(owner)]
    expect(await idsOf({ q, owner: owner.username })).toEqual(ids.reverse())
  })

  it.each([
    ['robot', '🤖Robot arm'],
    ['robot', 'Robot🤖'],
    ['🤖Robot', '🤖Robot arm'],
    ['melting', 'Melting🫠pot'],
    ['👍🏽Vote', 'An app to👍🏽vote'],
    ['watch', '\u{f8ff}Watch faces'],
    ['bitcoin', '₿Bitcoin wallet'],
  ])('finds %j beside a sign, however young that is: %s', async (q, title) => {
    expect(await isFound({ title }, q)).toBe(true)
    expect(await isFound({ description: title }, q)).toBe(true)
  })

  it('finds neither technologies nor roles nor people by words', async () => {
    const owner = await register({ username: 'unsearched', displayName: 'Unsearched' })
    const fields = { techStack: ['Unsearched'], rolesNeeded: ['Unsearched'], status: 'completed' }
    await decide(
      owner,
      await ask(await register({ username: 'unsearched-2' }), await post(owner, fields)),
      'accepted',
    )
    for (const q of ['unsearched', 'completed', `u${owner.id}x`, 'o1x', 'nobody0x']) {
      expect(await idsOf({ q, owner: owner.username })).toEqual([])
    }
  })

  it('tells C++ and C# apart by technology, not by word', async () => {
    const owner = await register()
    const text = { title: 'A compiler in C', description: 'For C++ and C#.' }
    const sharp = await post(owner, { ...text, techStack: ['C#'] })
    const plus = await post(owner, { ...text, techStack: ['C++'] })
    const asked = (query: Query) => idsOf({ ...query, owner: owner.username })
    expect(await asked({ q: 'c++ compiler' })).toEqual([plus, sharp])
    expect(await asked({ q: 'compiler', tech: 'c++' })).toEqual([plus])
    expect(await asked({ q: 'compiler', tech: 'c#' })).toEqual([sharp])
    expect(await asked({ q: 'compiler', tech: 'c' })).toEqual([])
  })

  it('takes a last word for whole that a + or # follows, and for a prefix without', async () => {
    const owner = await register()
    const titles = ['Cooking club', 'An engine in C++', 'Notes on C#']
    for (const title of titles) await post(owner, { title, description: 'Nothing else.' })
    const found = async (q: string, sort = 'newest') => {
      const { items } = await list({ q, sort, owner: owner.username })
      return items.map(({ title }: { title: string }) => title)
    }
    for (const q of ['C++', 'c# ', 'C#++', 'C +']) {
      expect(await found(q), q).toEqual(titles.slice(1).toReversed())
      expect(await found(q, 'relevance'), q).toEqual(titles.slice(1).toReversed())
    }
    expect(await found('engine C++')).toEqual([titles[1]])
    for (const q of ['C', 'C*', 'C+.']) expect(await found(q), q).toEqual(titles.toReversed())
  })

  it('asks for all words, however many', async () => {
    const words = Array.from({ length: 66 }, (_, i) =>
      String.fromCodePoint(97 + (i % 26), 97 + Math.floor(i / 26)),
    ).join(' ')
    expect(words).toHaveLength(197)
    expect(await isFound({ title: words.slice(0, 98), description: words }, `${words} nc`)).toBe(true)
    expect(await isFound({ description: words }, `${words} zz`)).toBe(false)
  })

  it('takes 200 characters and refuses 201, blanks around them aside', async () => {
    expect(await idsOf({ q: ` ${'🦀'.repeat(193)}nowhere ` })).toEqual([])
    expect(await fieldsAtFault(send(pathOf({ q: 'x'.repeat(201) })))).toEqual(['?q'])
  })

  it('takes a word of 200 letters', async () => {
    const word = '字'.repeat(200)
    expect(await isFound({ description: `${word}${word}` }, word)).toBe(true)
  })

  it('combines with every filter', async () => {
    const [owner, member] = [await register(), await register()]
    const fields = {
      title: 'A combination',
      techStack: ['Go'],
      rolesNeeded: ['Tester'],
      status: 'in_progress',
    }
    const id = await post(owner, fields)
    await decide(owner, await ask(member, id), 'accepted')
    const all = { tech: 'go', role: 'tester', status: 'in_progress', isOpen: true, owner: owner.username }
    const filters: Query = { ...all, collaborator: member.username, q: 'combin' }
    expect(await idsOf(filters)).toEqual([id])
    const others = { tech: 'rust', role: 'writer', status: 'planning', isOpen: false, owner: member.username }
    for (const [name, other] of Object.entries({ ...others, collaborator: owner.username, q: 'absent' })) {
      expect(await idsOf({ ...filters, [name]: other }), name).toEqual([])
    }
  })

  it('follows a change of title and of description', async () => {
    const owner = await register()
    const id = await post(owner, { title: 'Old heading', description: 'Old story.' })
    await patch(owner, id, { title: 'New heading' })
    const found = async () =>
      Promise.all(['old', 'new', 'story', 'novel'].map((q) => idsOf({ q, owner: owner.username })))
    expect(await found()).toEqual([[id], [id], [id], []])
    await patch(owner, id, { description: 'A novel.' })
    expect(await found()).toEqual([[], [id], [], [id]])
  })

  it('forgets a deleted project', async () => {
    const owner = await register()
    const id = await post(owner, { title: 'Ephemeral' })
    await ok(send(`/api/projects/${id}`, { method: 'DELETE', token: owner.access }), 204)
    expect(await idsOf({ q: 'ephemeral' })).toEqual([])
  })
})
