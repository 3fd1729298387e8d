import { createHash } from 'node:crypto'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readD1Migrations } from '@cloudflare/vitest-pool-workers'
import type { D1Database } from '@cloudflare/workers-types'
import { withProgress } from '../scripts/progress.ts'
import { emailOf, seedPeople } from '../scripts/seed-people.ts'
import { type SeedProject, seedProjects } from '../scripts/seed-projects.ts'
import { writePeople, writeProjects } from '../scripts/seed-store.ts'
import { digestPassword, hashDigest } from '../src/accounts/passwords.ts'
import { clientOf, type Send } from './client.ts'
import { serve } from './serving.ts'

/** What 25 projects have, in a world of any size, spread over all its years. */
export const RARE = { tech: 'Befunge', word: 'zugzwang' }
const RARE_COUNT = 25

const PROJECTS_PER_PERSON = 20
export const PASSWORD = 'lets-build-together'
const BCRYPT_COST = 10

/** A database of so many projects, served. */
export interface World {
  projects: number
  directory: string
  db: D1Database
  /** Asks the first of the entries that are served, and each of them. */
  send: Send
  sends: Send[]
  /** Of somebody who owns and has joined more projects than a page holds. */
  token: string
  username: string
  stop: () => Promise<void>
}

/** Serves the world, which is made unless it is there from before. The first of the entries must be the API. */
export async function openWorld(projects: number, entries: [string, ...string[]]): Promise<World> {
  const directory = worldDirectory(projects)
  const seal = join(directory, 'made-from')
  const isMade = existsSync(seal) && readFileSync(seal, 'utf8') === fingerprint()
  if (!isMade) rmSync(directory, { recursive: true, force: true })
  const { urls, db, stop } = await serve(entries, directory)
  try {
    if (!isMade) {
      await fill(db, projects)
      writeFileSync(seal, fingerprint())
    }
    const sends = urls.map(clientOf)
    const [send] = sends
    if (!send) throw new Error('Nothing is served.')
    return { projects, directory, db, send, sends, ...(await logIn(send)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** A copy of the world, for somebody to serve and change, in place of one of that name from before. */
export async function copyWorld(projects: number, name: string): Promise<string> {
  await (await openWorld(projects, ['src/index.ts'])).stop()
  const directory = join('dist', 'bench', 'copies', name)
  rmSync(directory, { recursive: true, force: true })
  cpSync(worldDirectory(projects), directory, { recursive: true })
  return directory
}

/** Where the world of so many projects is kept. */
export const worldDirectory = (projects: number) => join('dist', 'bench', 'worlds', String(projects))

async function fill(db: D1Database, projects: number): Promise<void> {
  const size = { projects, people: projects / PROJECTS_PER_PERSON }
  const now = Date.now()
  for (const { queries } of await readD1Migrations('migrations')) {
    await db.batch(queries.map((query) => db.prepare(query)))
  }
  const passwordHash = await hashDigest(await digestPassword(PASSWORD), BCRYPT_COST)
  await writePeople(db, seedPeople(size.people, now), passwordHash)
  await writeProjects(db, withProgress('projects', projects, withRare(seedProjects(size, now), projects)))
}

function* withRare(projects: Iterable<SeedProject>, total: number): Generator<SeedProject> {
  let index = 0
  for (const project of projects) {
    if (++index % Math.floor(total / RARE_COUNT) === 0) {
      project.techStack.push(RARE.tech)
      project.description += ` Beware of ${RARE.word}.`
    }
    yield project
  }
}

async function logIn(send: Send): Promise<{ token: string; username: string }> {
  const body = { email: emailOf(0), password: PASSWORD }
  const { text } = await send({ method: 'POST', path: '/api/accounts/login', body })
  const { access, user } = JSON.parse(text)
  return { token: access, username: user.username }
}

/** Changes when the worlds must be made anew. */
function fingerprint(): string {
  const hash = createHash('sha256')
  const files = ['migrations', 'scripts']
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((path) => /\.sql$|seed-|dice/.test(path))
  for (const path of [...files.sort(), 'bench/worlds.ts']) hash.update(readFileSync(path))
  return hash.digest('hex')
}
