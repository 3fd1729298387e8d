import { applyD1Migrations, reset } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { insertProjects, insertRequests, insertUser } from './by-sql.ts'
import { newWorld, type World } from './endpoints.ts'

const PEOPLE = 25
/** Half-way between two times that facets are folded. */
const PROJECTS = 150

/** What a project of five technologies and three roles says: something in common with all, and something of its own. */
export const usualProject = (i: number) => ({
  title: `Project ${i}`,
  description: 'What it is about.',
  techStack: ['Common', ...numbered('Technology', 4, i, 300)],
  rolesNeeded: ['Writer', ...numbered('Role', 2, i, 70)],
})

const numbered = (kind: string, count: number, i: number, outOf: number) =>
  Array.from({ length: count }, (_, k) => `${kind} ${(i * 7 + k) % outOf}`)

/**
 * A world of its own, always the same, in which every list fills a page of twenty: the owner owns a sixth of the
 * projects, has joined some and asked to join others; the asker waits for all of the owner's; people wait for the
 * project of the world, and some have joined it; every other project has two collaborators.
 */
export async function fullWorld(): Promise<World> {
  await reset()
  await applyD1Migrations(env.DB, env.MIGRATIONS)
  const world = await newWorld()
  const { owner, asker, member, projectId } = world
  const people: number[] = []
  for (let i = 0; i < PEOPLE; i++) people.push((await insertUser(`sql-person-${i}`)).id)
  const [other = 0, joiner = 0] = people
  const rows = Array.from({ length: PROJECTS - 1 }, (_, i) => ({
    ...usualProject(i),
    ownerId: i % 6 === 0 ? owner.id : other,
  }))
  const ids = await insertProjects(rows, other)
  const owned = ids.filter((_, i) => rows[i]?.ownerId === owner.id)
  const others = ids.filter((id) => !owned.includes(id))
  const ask = (status: 'pending' | 'accepted', requesterId: number, projectIds: number[]) =>
    projectIds.map((id) => ({ projectId: id, requesterId, status }))
  await insertRequests([
    ...people.flatMap((id, i) => ask(i < 3 ? 'accepted' : 'pending', id, [projectId])),
    ...ask('accepted', member.id, ids),
    ...ask('accepted', joiner, ids),
    ...ask('pending', asker.id, owned),
    ...ask('accepted', owner.id, others.slice(0, 20)),
    ...ask('pending', owner.id, others.slice(20, 40)),
  ])
  return world
}
