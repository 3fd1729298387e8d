import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { ok, send } from './support/api.ts'
import { insertProjects, stored } from './support/by-sql.ts'
import { PASSWORD } from './support/secrets.ts'
import { type Person, post, register } from './support/world.ts'

const SEED = env.SEED ? { seed: Number(env.SEED) } : {}

interface Facet {
  name: string
  count: number
}
const facets = (): Promise<{ techStack: Facet[]; rolesNeeded: Facet[] }> => ok(send('/api/projects/facets'))
const techs = async () => (await facets()).techStack

let owner: Person

/** Every test has the projects to itself; ids, and with them the hundreds, go on. */
beforeEach(async () => {
  owner ??= await register()
  await env.DB.exec('DELETE FROM projects')
})

const insert = (techStack: string[], count = 1) =>
  insertProjects(
    Array.from({ length: count }, () => ({ techStack })),
    owner.id,
  )

/** Goes on to the next id whose hundred is full, which counts all projects up to it; those between have no names. */
async function countUp(): Promise<number> {
  const next = await env.DB.prepare(
    `SELECT 100 - seq % 100 AS count FROM sqlite_sequence WHERE name = 'projects'`,
  )
  const [last = 0] = (await insert([], (await next.first<number>('count')) ?? 0)).toReversed()
  expect(last % 100).toBe(0)
  return last
}

const change = (id: number | undefined, body: object) =>
  ok(send(`/api/projects/${id}`, { method: 'PATCH', token: owner.access, body }))
const remove = (id: number | undefined) =>
  ok(send(`/api/projects/${id}`, { method: 'DELETE', token: owner.access }), 204)

describe('GET /api/projects/facets', () => {
  it('is empty where there are no projects', async () => {
    expect(await facets()).toEqual({ techStack: [], rolesNeeded: [] })
  })

  it('counts at once how many projects name a technology or a role', async () => {
    await post(owner, { techStack: ['Go', 'SQL'], rolesNeeded: ['Tester'] })
    await post(owner, { techStack: ['Go'], rolesNeeded: ['Go'] })
    await post(owner)
    expect(await facets()).toEqual({
      techStack: [
        { name: 'Go', count: 2 },
        { name: 'SQL', count: 1 },
      ],
      rolesNeeded: [
        { name: 'Go', count: 1 },
        { name: 'Tester', count: 1 },
      ],
    })
  })

  it('shows anybody the same, a token or none', async () => {
    await post(owner, { techStack: ['Go'] })
    expect(await ok(send('/api/projects/facets', { token: owner.access }))).toEqual(await facets())
  })

  it('counts projects of every state', async () => {
    await post(owner, { techStack: ['Go'], status: 'completed', isOpen: false })
    expect(await techs()).toEqual([{ name: 'Go', count: 1 }])
  })

  it('keeps its counts across every hundredth project', async () => {
    await insert(['Old'], 3)
    await countUp()
    await insert(['Old', 'New'], 250)
    expect(await techs()).toEqual([
      { name: 'Old', count: 253 },
      { name: 'New', count: 250 },
    ])
    await countUp()
    await post(owner, { techStack: ['New'] })
    expect(await techs()).toEqual([
      { name: 'Old', count: 253 },
      { name: 'New', count: 251 },
    ])
  })

  it('follows the very project that fills a hundred', async () => {
    const id = await countUp()
    await change(id, { techStack: ['Go'], rolesNeeded: ['Tester'] })
    const once = { techStack: [{ name: 'Go', count: 1 }], rolesNeeded: [{ name: 'Tester', count: 1 }] }
    expect(await facets()).toEqual(once)
    await remove(id)
    expect(await facets()).toEqual({ techStack: [], rolesNeeded: [] })
  })

  describe.each([
    ['before', async () => 0],
    ['after', countUp],
  ])('%s a hundred is full', (_when, pass) => {
    it('follows a change of technologies and roles', async () => {
      const [first] = [await post(owner, { techStack: ['Go', 'SQL'], rolesNeeded: ['Tester'] })]
      await post(owner, { techStack: ['Go'] })
      await pass()
      await change(first, { techStack: ['SQL', 'Rust'], rolesNeeded: ['Writer'] })
      expect(await facets()).toEqual({
        techStack: [
          { name: 'Go', count: 1 },
          { name: 'Rust', count: 1 },
          { name: 'SQL', count: 1 },
        ],
        rolesNeeded: [{ name: 'Writer', count: 1 }],
      })
    })

    it('forgets what a deleted project names', async () => {
      const id = await post(owner, { techStack: ['Go', 'SQL'], rolesNeeded: ['Tester'] })
      await post(owner, { techStack: ['Go'] })
      await pass()
      await remove(id)
      expect(await facets()).toEqual({ techStack: [{ name: 'Go', count: 1 }], rolesNeeded: [] })
    })

    it('minds no change of anything else', async () => {
      const id = await post(owner, { techStack: ['Go'] })
      await pass()
      await change(id, { title: 'Another title', techStack: ['Go'], status: 'completed' })
      expect(await techs()).toEqual([{ name: 'Go', count: 1 }])
    })

    it('counts names together that differ in case only', async () => {
      await insert(['GraphQL'])
      await pass()
      await insert(['graphql', 'Питон'])
      await insert(['GRAPHQL', 'ПИТОН'])
      const found = await techs()
      expect(found.map(({ name, count }) => [name.toLowerCase(), count])).toEqual([
        ['graphql', 3],
        ['питон', 2],
      ])
    })

    it('tells C, C++ and C# apart', async () => {
      await insert(['C', 'C++', 'C#'])
      await insert(['C++', 'C#'])
      await pass()
      await insert(['C#'])
      expect(await techs()).toEqual([
        { name: 'C#', count: 3 },
        { name: 'C++', count: 2 },
        { name: 'C', count: 1 },
      ])
    })

    it('shows the fifty most used, by count and then by name', async () => {
      const names = Array.from({ length: 60 }, (_, i) => `T${i + 10}`)
      const counts = new Map(names.map((name, i) => [name, 1 + Math.floor(i / 5)]))
      for (const [name, count] of counts) await insert([name], count)
      await pass()
      const expected = names
        .map((name) => ({ name, count: counts.get(name) ?? 0 }))
        .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1))
      expect(await techs()).toEqual(expected.slice(0, 50))
    })

    it('shows one that was not among the fifty once it is', async () => {
      for (let i = 0; i < 50; i++) await insert([`T${i}`], 3)
      await insert(['Riser'], 2)
      await pass()
      expect((await techs()).map(({ name }) => name)).not.toContain('Riser')
      await insert(['Riser'], 2)
      expect((await techs())[0]).toEqual({ name: 'Riser', count: 4 })
      expect(await techs()).toHaveLength(50)
    })

    it('forgets what the projects of a deleted account name', async () => {
      const leaver = await register()
      await post(leaver, { techStack: ['Go'], rolesNeeded: ['Tester'] })
      await post(owner, { techStack: ['Go'] })
      await pass()
      const options = { method: 'DELETE', token: leaver.access, body: { password: PASSWORD } }
      await ok(send('/api/accounts/me', options), 204)
      expect(await facets()).toEqual({ techStack: [{ name: 'Go', count: 1 }], rolesNeeded: [] })
    })
  })

  it('names each as most of the latest hundred that has it spell it', async () => {
    await insert(['RUST'])
    await insert(['Rust'], 2)
    await countUp()
    await insert(['rust'], 3)
    expect(await techs()).toEqual([{ name: 'Rust', count: 6 }])
    await countUp()
    expect(await techs()).toEqual([{ name: 'rust', count: 6 }])
    await countUp()
    expect(await techs()).toEqual([{ name: 'rust', count: 6 }])
  })

  it('follows the spelling of the only project that has a name', async () => {
    const spelled = { techStack: ['typescript', 'Go'], rolesNeeded: ['tester'] }
    const id = await post(owner, spelled)
    await countUp()
    await change(id, { techStack: ['TypeScript', 'Go'], rolesNeeded: ['Tester'] })
    const expected = [
      { name: 'Go', count: 1 },
      { name: 'TypeScript', count: 1 },
    ]
    expect(await facets()).toEqual({ techStack: expected, rolesNeeded: [{ name: 'Tester', count: 1 }] })
  })

  it('keeps the spelling of the others when one of them spells it anew', async () => {
    const spelled = { techStack: ['Rust'], rolesNeeded: ['Tester'] }
    const id = await post(owner, spelled)
    await post(owner, spelled)
    await countUp()
    await change(id, { techStack: ['RUST'], rolesNeeded: ['TESTER'] })
    const twice = { techStack: [{ name: 'Rust', count: 2 }], rolesNeeded: [{ name: 'Tester', count: 2 }] }
    expect(await facets()).toEqual(twice)
  })

  it('keeps no row of a name that no project has any more', async () => {
    const [id] = await insert(['Go', 'SQL'])
    await countUp()
    await env.DB.prepare('DELETE FROM projects WHERE id = ?').bind(id).run()
    expect(await env.DB.prepare('SELECT count(*) AS count FROM facet_counts').first('count')).toBe(0)
  })

  it('equals a count of all projects, whatever came, changed and went', { timeout: 300_000 }, async () => {
    const names = fc.subarray(['C', 'C++', 'go', 'GO', 'Питон', 'ПИТОН', 'SQL'])
    const step = fc.record({
      kind: fc.constantFrom('insert', 'insert', 'post', 'update', 'patch', 'delete', 'countUp'),
      techStack: names.map(eachOnce),
      rolesNeeded: names.map(eachOnce),
      at: fc.nat({ max: 100 }),
      count: fc.integer({ min: 1, max: 40 }),
    })
    const property = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
      await env.DB.exec('DELETE FROM projects')
      const world = new Map<number, { techStack: string[]; rolesNeeded: string[] }>()
      for (const { kind, at, count, ...fields } of steps) {
        const ids = [...world.keys()]
        const id = ids[at % ids.length]
        if (kind === 'countUp') await countUp()
        else if (kind === 'post') world.set(await post(owner, fields), fields)
        else if (kind === 'insert') {
          const rows = Array.from({ length: count }, () => ({ ...fields, ownerId: owner.id }))
          for (const inserted of await insertProjects(rows, owner.id)) world.set(inserted, fields)
        } else if (id !== undefined && kind === 'delete') {
          await remove(id)
          world.delete(id)
        } else if (id !== undefined) {
          if (kind === 'patch') await change(id, fields)
          else {
            await env.DB.prepare('UPDATE projects SET tech_stack = ?, roles_needed = ? WHERE id = ?')
              .bind(stored(fields.techStack), stored(fields.rolesNeeded), id)
              .run()
          }
          world.set(id, fields)
        }
        const { techStack, rolesNeeded } = await facets()
        const projects = [...world.values()]
        expect(byKey(techStack)).toEqual(countOf(projects.flatMap((project) => project.techStack)))
        expect(byKey(rolesNeeded)).toEqual(countOf(projects.flatMap((project) => project.rolesNeeded)))
      }
    })
    await fc.assert(property, { numRuns: 120, ...SEED })
  })
})

/** A list of names as a project may have it: none twice, whatever its case. */
const eachOnce = (names: string[]) => [...new Map(names.map((name) => [name.toLowerCase(), name])).values()]

/** What is shown, in its order, with names in lower case; those of one count in any order. */
const byKey = (shown: Facet[]) => {
  expect(shown).toEqual(shown.toSorted((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1)))
  return Object.fromEntries(shown.map(({ name, count }) => [name.toLowerCase(), count]))
}

function countOf(names: string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name.toLowerCase()] = (counts[name.toLowerCase()] ?? 0) + 1
  return counts
}
