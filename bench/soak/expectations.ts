import { deepStrictEqual } from 'node:assert/strict'
import { expectEnded } from './account-acts.ts'
import type { Actor } from './actors.ts'
import type { Project, Town } from './town.ts'

/** What is asked of all that ended or was deleted long ago. */
const SAMPLE = 100

/** The project is as it was acknowledged. Nobody may be at it. */
export async function expectProject(reader: Actor, project: Project): Promise<void> {
  const { text } = await reader.insist({ path: `/api/projects/${project.id}` })
  const found = JSON.parse(text)
  const { title, description, techStack, rolesNeeded, status, isOpen } = found
  deepStrictEqual({ title, description, techStack, rolesNeeded, status, isOpen }, project.content)
  const accepted = [...project.requests].filter(({ status }) => status === 'accepted')
  deepStrictEqual(found.collaboratorCount, accepted.length, `collaborators of project ${project.id}`)
}

/** Reads back all that was acknowledged, and tries all that must not work, while nobody changes anything. */
export async function expectTown(town: Town): Promise<void> {
  for (const actor of town.actors.filter(({ hasAccount }) => hasAccount)) await expectAccount(actor)
  for (const project of town.projects) await expectRequests(project)
  const [reader] = town.actors
  if (!reader) return
  for (const session of sampleOf(reader, town.ended)) await expectEnded(reader, session)
  for (const path of sampleOf(reader, town.gone)) await reader.insist({ path, status: 404 })
}

async function expectAccount(actor: Actor): Promise<void> {
  const { username, email, displayName, avatar, sessions } = actor
  for (const { access: token } of sessions) {
    const { text } = await actor.insist({ path: '/api/accounts/me', token })
    const { profile, ...user } = JSON.parse(text)
    const avatarPath = profile.avatarUrl === null ? undefined : new URL(profile.avatarUrl).pathname
    deepStrictEqual(
      [user.username, user.email, profile.displayName, avatarPath],
      [username, email, displayName, avatar?.path],
    )
  }
  if (avatar) {
    const { headers } = await actor.insist({ path: avatar.path })
    deepStrictEqual([headers['content-type'], headers.etag], ['image/webp', avatar.etag])
  }
  const known = new Map(actor.projects.map((project) => [project.id, project]))
  for (const { id, title } of await walk(actor, `/api/projects?owner=${username}&limit=100`)) {
    if (!known.delete(id))
      throw new Error(`${username} has a project ${id}, "${title}", that nobody knows of.`)
  }
  deepStrictEqual([...known.keys()], [], `projects of ${username} that are lost`)
}

async function expectRequests(project: Project): Promise<void> {
  const { id, owner, requests } = project
  await expectProject(owner, project)
  const [session] = owner.sessions
  if (!session) return
  const found = await walk(owner, `/api/projects/${id}/requests?limit=100`, session.access)
  const essence = found.map(({ id, status, message, requester }) => [id, status, message, requester.username])
  const expected = [...requests].map(({ id, status, message, requester }) => [
    id,
    status,
    message,
    requester.username,
  ])
  deepStrictEqual(byFirst(essence), byFirst(expected), `requests to project ${id}`)
}

interface Item {
  id: number
  title: string
  status: string
  message: string
  requester: { username: string }
}

async function walk(actor: Actor, path: string, token?: string): Promise<Item[]> {
  const items: Item[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const next = cursor && `&cursor=${encodeURIComponent(cursor)}`
    const { text } = await actor.insist({ path: path + next, ...(token !== undefined && { token }) })
    const page = JSON.parse(text)
    items.push(...page.items)
    cursor = page.nextCursor
  }
  return items
}

const byFirst = (rows: unknown[][]) => rows.toSorted(([a], [b]) => Number(a) - Number(b))

/** The last ones, and as many of the others. */
function sampleOf<T>({ dice }: Actor, list: T[]): T[] {
  const old = list.slice(0, -SAMPLE)
  return [
    ...list.slice(-SAMPLE),
    ...(old.length > 0 ? Array.from({ length: SAMPLE }, () => dice.pick(old)) : []),
  ]
}
