import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, parse } from 'node:path'
import { readD1Migrations } from '@cloudflare/vitest-pool-workers'
import { convertV4MiniflareOptions, Miniflare, type V4SharedOptions, type V4WorkerOptions } from 'miniflare'
import { unstable_getMiniflareWorkerOptions as readWranglerConfig } from 'wrangler'
import { emailOf, seedPeople } from '../scripts/seed-people.ts'
import { seedProjects } from '../scripts/seed-projects.ts'
import { writePeople, writeProjects } from '../scripts/seed-store.ts'
import { wrangler } from '../scripts/wrangler.ts'
import { digestPassword, hashDigest } from '../src/accounts/passwords.ts'

export const BCRYPT_COST = 10

const HASHING_IN_REQUEST = 'bench/hash-in-request.ts'
const AS_DEPLOYED = 'src/index.ts'
const SIZE = { people: 50, projects: 200 }
const PASSWORD = 'lets-build-together'
/** The Worker that holds the Durable Objects where the API's own does not. */
const HASHER = 'hasher'

/** The API on loopback, with a seeded database. */
export interface Server {
  url: URL
  /** Everybody there is. */
  accounts: { email: string; password: string }[]
  stop: () => Promise<void>
}

/** Where bcrypt runs, and how to serve the API so. Each is a change to the one before. */
export const ARRANGEMENTS: { bcryptRuns: string; serve: () => Promise<Server> }[] = [
  { bcryptRuns: 'in the request', serve: () => serve([worker(HASHING_IN_REQUEST)]) },
  { bcryptRuns: 'in an object', serve: () => serve([worker(AS_DEPLOYED)]) },
  { bcryptRuns: 'in its own isolate', serve: () => serve([callerOf(HASHER), worker(AS_DEPLOYED, HASHER)]) },
  { bcryptRuns: 'in its own process', serve: serveFromTwoProcesses },
]

/** Bundles what is served, as a deploy would. */
export async function build(): Promise<void> {
  for (const entry of [HASHING_IN_REQUEST, AS_DEPLOYED]) {
    await wrangler('deploy', entry, '--dry-run', '--outdir', outdirOf(entry))
  }
}

/** One process of workerd, with everything that wrangler.toml binds. The first Worker gets the requests. */
async function serve(workers: V4WorkerOptions[], shared: V4SharedOptions = {}): Promise<Server> {
  const miniflare = start(workers, shared)
  const url = await miniflare.ready
  const db = await miniflare.getD1Database('DB')
  for (const { queries } of await readD1Migrations('migrations')) {
    await db.batch(queries.map((query) => db.prepare(query)))
  }
  const now = Date.now()
  const passwordHash = await hashDigest(await digestPassword(PASSWORD), BCRYPT_COST)
  await writePeople(db, seedPeople(SIZE.people, now), passwordHash)
  await writeProjects(db, seedProjects(SIZE, now))
  const accounts = Array.from({ length: SIZE.people }, (_, index) => ({
    email: emailOf(index),
    password: PASSWORD,
  }))
  return { url, accounts, stop: () => miniflare.dispose() }
}

/** The objects have a process, and so a thread, to themselves, and are called over loopback. */
async function serveFromTwoProcesses(): Promise<Server> {
  // Where the processes find each other.
  const registry = await mkdtemp(join(tmpdir(), 'devcollab-bench-'))
  const shared = { unsafeDevRegistryPath: registry }
  const hasher = start([worker(AS_DEPLOYED, HASHER)], shared)
  await hasher.ready
  const server = await serve([callerOf(HASHER)], shared)
  return {
    ...server,
    async stop() {
      await server.stop()
      await hasher.dispose()
      await rm(registry, { recursive: true, force: true })
    },
  }
}

function start(workers: V4WorkerOptions[], shared: V4SharedOptions): Miniflare {
  return new Miniflare(
    convertV4MiniflareOptions({
      ...shared,
      workers,
      host: '127.0.0.1',
      port: 0,
      // It would be fetched from the network.
      cf: false,
      logRequests: false,
      // The API's audit log is no part of the table.
      handleStructuredLogs() {},
    }),
  )
}

/** An entry's bundle with the bindings and variables of wrangler.toml, and what the bench adds to them. */
function worker(entry: string, name = 'api'): V4WorkerOptions {
  const { modulesRules: _, ...options } = readWranglerConfig('wrangler.toml').workerOptions
  return {
    ...options,
    name,
    modules: [{ type: 'ESModule', path: join(outdirOf(entry), `${parse(entry).name}.js`) }],
    bindings: {
      // The type is lost on the way through wrangler's declarations.
      ...(options.bindings as V4WorkerOptions['bindings']),
      JWT_SECRET: randomBytes(32).toString('base64url'),
      BCRYPT_COST: String(BCRYPT_COST),
      RATE_LIMIT: 'off',
    },
  }
}

/** The API with the Durable Objects of another Worker. */
function callerOf(scriptName: string): V4WorkerOptions {
  const objects = { PASSWORD_HASHER: { className: 'PasswordHasher', scriptName, useSQLite: true } }
  return { ...worker(AS_DEPLOYED), durableObjects: objects }
}

const outdirOf = (entry: string) => join('dist', 'bench', parse(entry).name)
