import { beforeAll, describe, expect, it } from 'vitest'
import { insertProjects, insertUser } from './support/by-sql.ts'
import { idsOf, list, type Query } from './support/lists.ts'

const WORDS =
  `accessibility administration aggregator allocation analytics animation annotations application architecture
 arrangement authentication authorization automated availability beautiful benchmarking building caching
 classification clustering collaboration collaborative collection communication community compilation compiler
 compression computational concurrent configurable conference conversational creative cryptography dashboards
 debugging decentralized deployment designer developer development differential digitizer directories discoverable
 distributed documentation dynamically editing effectiveness electronic embedded encryption engineering environment
 estimation evaluation experimental exploration federated formatting forwarding fragmentation functional gardening
 generative generator geographical happiness helpful hopping identification implementation improvement indexing
 inference information innovative installer integration intelligence interactive internationalization interpretable
 investment journaling languages learning libraries licensing linguistic localization logistics management mapping
 mathematical measurement messaging migration minimalism modelling modernize monitoring multiplayer musical navigation
 networking notification numerical observability operational optimization optimizing orchestration organization
 organizer packaging painless parsing participation performance personalized planning playful plugged portable
 practical predictable privacy processing productivity profiling programming publisher queries queueing readable
 realistic recognition recommendation reconciliation refactoring relational reliability renderer replication reporting
 repository reservation responsive robotics routing running scalable scheduling scraping scripting security
 semantically serialization serverless sharing simulation sketching skimming sorting spelling stopping storage
 streaming structural subscription sustainability swimming synchronization teaching testing tokenizer tracking
 transactional transcription translation transportation typing universal usefulness validation vectorize versioning
 virtualization visibility visualization volunteering weather wellness workflows writing
 anything asynchronous busybox currently ecosystem everything keyboards keystore newtype partially payload playground
 playwright polyfill pythonic storybook typesetting yesterday
 famously flysystem generously mysql dnsmasq psychology islands systems tests`
    .trim()
    .split(/\s+/)

/** By a word whose end the stemmer takes off or changes: a title that begins with what is left, and not with the word. */
const NONE_OF = {
  sms: 'Small talk',
  aws: 'Awesome lists',
  gps: 'GPT chat',
  dns: 'DNA atlas',
  ints: 'Interface kit',
  logs: 'Login page',
  // And for other endings.
  apple: 'Application builder',
  one: 'Online shop',
  ace: 'Access control',
  may: 'Mail client',
  used: 'USB hub',
  doing: 'Docker helper',
  being: 'Beautiful charts',
  posted: 'Postgres viewer',
  handful: 'Handlebars helper',
}

const idOf = new Map<string, number>()

beforeAll(async () => {
  const { id } = await insertUser()
  const ids = await insertProjects(
    WORDS.map((word) => ({ title: `The ${word} of things` })),
    id,
  )
  await insertProjects(
    Object.values(NONE_OF).map((title) => ({ title })),
    id,
  )
  for (const [i, word] of WORDS.entries()) idOf.set(word, ids[i] ?? 0)
})

const titlesOf = async (query: Query): Promise<string[]> =>
  (await list(query)).items.map(({ title }: { title: string }) => title)

describe('A word that is being typed', () => {
  it('finds what it is the beginning of, though the index holds stems', async () => {
    const lost: string[] = []
    for (const word of WORDS) {
      for (let length = 3; length <= word.length; length++) {
        const beginning = word.slice(0, length)
        const found = await idsOf({ q: beginning, limit: 100 })
        if (!found.includes(idOf.get(word) ?? 0)) lost.push(`${beginning}|${word.slice(length)}`)
      }
    }
    expect(lost).toEqual([])
  })

  it.each([
    ['COLLABORAT', 'collaboration'],
    ['KEY', 'keyboards'],
    ['FLYS', 'flysystem'],
  ])('finds it in capitals too: %s', async (beginning, word) => {
    expect(await idsOf({ q: beginning, limit: 100 })).toContain(idOf.get(word))
  })

  it('finds it however long it is', async () => {
    const { id } = await insertUser()
    const [long = 0] = await insertProjects([{ title: `Z${'apple'.repeat(20)}` }], id)
    for (let length = 50; length <= 101; length++)
      expect(await idsOf({ q: `z${'apple'.repeat(20)}`.slice(0, length) }), `${length}`).toContain(long)
  })

  it.each([
    ['analý', 'Analýza dat'],
    ['ANALÝ', 'Analýza dat'],
    ['spojený', 'Spojených je víc'],
    ['szenegá', 'A Szenegál mellett'],
    ['ngữ', 'Ngữ pháp'],
    ['kıs', 'Kısım'],
    ['ǡ', 'ǡu and more'],
  ])('finds it where its last letter bears an accent: %s', async (beginning, title) => {
    const { id } = await insertUser()
    await insertProjects([{ title }], id)
    expect(await titlesOf({ q: beginning })).toContain(title)
    expect(await titlesOf({ q: beginning, sort: 'relevance' })).toContain(title)
  })

  it('is not cut short by an s with an accent either', async () => {
    const { id } = await insertUser()
    await insertProjects([{ title: 'Naše mapa' }, { title: 'Nauka' }], id)
    expect(await titlesOf({ q: 'naš' })).toEqual(['Naše mapa'])
  })

  it.each(Object.entries(NONE_OF))(
    'is not cut short by what the stemmer takes for an ending: %s',
    async (word, title) => {
      expect(await titlesOf({ q: word })).not.toContain(title)
      expect(await titlesOf({ q: title })).toContain(title)
    },
  )

  it('is not cut short where it is looked for in titles', async () => {
    const { id } = await insertUser()
    await insertProjects(
      [
        { title: 'JS tools', description: 'No more.' },
        { title: 'Jam session', description: 'In JS.' },
      ],
      id,
    )
    expect(await titlesOf({ q: 'js', sort: 'relevance' })).toEqual(['JS tools', 'Jam session'])
  })
})
