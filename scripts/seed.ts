/**
 * Fills the local database with a believable world: `npm run seed -- [--people N] [--projects N]`. Run again, it
 * replaces what it made before and leaves everybody else alone. It never reaches a deployed database, where
 * accounts with a password that anybody can read would be an open door.
 */
import { parseArgs } from 'node:util'
import type { D1Database } from '@cloudflare/workers-types'
import { getPlatformProxy } from 'wrangler'
import { digestPassword, hashDigest } from '../src/accounts/passwords.ts'
import { makeDevVars } from './dev-vars.ts'
import { withProgress } from './progress.ts'
import { seedPeople } from './seed-people.ts'
import { seedProjects } from './seed-projects.ts'
import { countSeeded, findBusiest, removeSeeded, writePeople, writeProjects } from './seed-store.ts'
import { migrate } from './wrangler.ts'

const PASSWORD = 'lets-build-together'
const BCRYPT_COST = 10
const MAX_ROWS = 1_000_000
const SERVER = 'http://localhost:8787'

const size = readSize()
makeDevVars()
await migrate()
// It warns of bindings that do not work here, such as Durable Objects. None but DB is used.
process.env.WRANGLER_LOG ??= 'error'
const platform = await getPlatformProxy<{ DB: D1Database }>({ remoteBindings: false })
try {
  await fill(platform.env.DB)
  await report(platform.env.DB)
} catch (error) {
  // How D1 words it depends on whether the lock was met by a statement or by the commit.
  if (!/SQLITE_BUSY|internal error/.test(String(error))) throw error
  console.error(
    'The database is locked, since a server is writing to it. Run this again when the server rests.',
  )
  process.exitCode = 1
} finally {
  await platform.dispose()
}

async function fill(db: D1Database): Promise<void> {
  const now = Date.now()
  const passwordHash = await hashDigest(await digestPassword(PASSWORD), BCRYPT_COST)
  await removeSeeded(db)
  const people = withProgress('people', size.people, seedPeople(size.people, now))
  await writePeople(db, people, passwordHash)
  const projects = withProgress('projects', size.projects, seedProjects(size, now))
  await writeProjects(db, projects)
}

async function report(db: D1Database): Promise<void> {
  const figures = await countSeeded(db)
  const account = await findBusiest(db)
  if (!figures || !account) throw new Error('The database kept nothing of what was written.')
  const { people, projects, open, pending, accepted, rejected } = figures
  const requests = pending + accepted + rejected
  const credentials = JSON.stringify({ email: account.email, password: PASSWORD })
  console.log(`
Made, in the local database:
  ${people} people,
  ${projects} projects, ${open} of them open,
  ${requests} requests: ${pending} pending, ${accepted} accepted, ${rejected} rejected.

Log in as ${account.displayName}, for whom ${account.waiting} requests wait:
  email     ${account.email}
  password  ${PASSWORD} (everybody's)

While \`npm run dev\` runs, on its usual port:
  curl ${SERVER}/api/accounts/login -H 'Content-Type: application/json' -d '${credentials}'
  curl '${SERVER}/api/projects?tech=typescript&isOpen=true'`)
}

/** The size asked for on the command line. Ends the process if it makes no sense. */
function readSize(): { people: number; projects: number } {
  try {
    const { values } = parseArgs({
      options: {
        people: { type: 'string', default: '50' },
        projects: { type: 'string', default: '200' },
      },
    })
    return { people: count('people', values.people), projects: count('projects', values.projects) }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    console.error('Usage: npm run seed -- [--people N] [--projects N]')
    process.exit(1)
  }
}

function count(name: string, value: string): number {
  if (/^[1-9]\d*$/.test(value) && Number(value) <= MAX_ROWS) return Number(value)
  throw new Error(`--${name} must be a whole number from 1 to ${MAX_ROWS}, not "${value}".`)
}
