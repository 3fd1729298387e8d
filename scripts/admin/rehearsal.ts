/**
 * Plays an operator at the real command line, on stores of its own: `npm run test:admin`. Ends with an exit code other than
 * 0 at the first thing that is not as it must be. What each command does is tested on its own; here it is the way to it.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FACET } from '../../src/projects/search.ts'
import { seedPeople } from '../seed-people.ts'
import { seedProjects } from '../seed-projects.ts'
import { writePeople, writeProjects } from '../seed-store.ts'
import { wrangler } from '../wrangler.ts'
import { backupLines } from './backup.ts'
import { openStores } from './open-stores.ts'
import type { Stores } from './stores.ts'

const directory = mkdtempSync(join(tmpdir(), 'devcollab-admin-'))
process.on('exit', () => rmSync(directory, { recursive: true, force: true }))
const [here, elsewhere] = [join(directory, 'here'), join(directory, 'elsewhere')]
const file = join(directory, 'backup.gz')
const SIZE = { people: 20, projects: 130 }
const SESSION = `-${'s'.repeat(42)}`
const DESCRIPTION = `It's "quoted" \\ 'twice' -- ?1\u2028漢字 👩‍👩‍👧\n\t${'x'.repeat(9000)}`

await wrangler('d1', 'migrations', 'apply', 'DB', '--local', '--persist-to', here)
cpSync(here, elsewhere, { recursive: true })
const email = await within(here, makeWorld)

await together([
  { words: [], code: 2, says: [/Which command\?\n\nnpm run admin -- <command>/] },
  { words: ['explode'], code: 2, says: [/There is no command "explode"/] },
  { words: ['toString'], code: 2, says: [/There is no command "toString"/] },
  { words: ['find'], code: 2, says: [/find takes <email\|username\|id>/] },
  { words: ['figures', 'all'], code: 2, says: [/figures takes no argument/] },
  { words: ['figures', '--force'], code: 2, says: [/Unknown option '--force'/] },
])
await inTurn([
  { words: ['find', 'nobody'], code: 1, says: [/There is no user "nobody"/] },
  { words: ['disable', email], code: 1, says: [/Disables user 1/, /Nothing was done\. Add --yes/] },
  { words: ['figures'], says: [new RegExp(`^projects +${SIZE.projects}$`, 'm'), /^sessions alive +1$/m] },
])
await admin({ words: ['disable', email, '--yes'], says: [/On the local database:/, /ended 1 session\./] })
await inTurn([
  { words: ['find', email], says: [/"disabledAt": "\d{4}-/] },
  { words: ['end-session', '--yes', '--', SESSION], says: [/It was over before/] },
])

await admin({ words: ['backup', file], says: [new RegExp(`${SIZE.projects} projects, .*, 1 avatar\\.`)] })
assert.equal(statSync(file).mode & 0o777, 0o600, 'only the owner may read a backup')
const bytes = readFileSync(file)
await inTurn([
  { words: ['backup', file], code: 1, says: [/EEXIST/] },
  { words: ['restore', file, '--yes'], code: 1, says: [/The database is not empty/] },
  { words: ['restore', file], at: elsewhere, code: 1, says: [/Nothing was done\. Add --yes/] },
])
assert.deepEqual(readFileSync(file), bytes, 'a backup is not overwritten')
const before = await within(here, contents)
await admin({
  words: ['restore', file, '--yes'],
  at: elsewhere,
  says: [/All \d+ invariants of the database hold/],
})
await within(elsewhere, async (stores) => {
  assert.deepEqual(await contents(stores), before, 'a restore brings back everything')
  await goOn(stores)
  await stores.DB.prepare(`UPDATE users SET password_hash = x'00ff' WHERE id = 1`).run()
})
const failed = join(directory, 'failed.gz')
await admin({ words: ['backup', failed], at: elsewhere, code: 1, says: [/JSON cannot hold BLOB values/] })
assert.ok(!existsSync(failed), 'a backup that fails leaves no file')
assert.ok(before.found.every((ids) => ids.length > 0))
console.log('An operator can do all of it.')

async function within<T>(persistTo: string, act: (stores: Stores) => Promise<T>): Promise<T> {
  const { stores, close } = await openStores({ isRemote: false, environment: undefined, persistTo })
  return act(stores).finally(close)
}

/** @returns the email of somebody with a session and an avatar */
async function makeWorld({ DB, AVATARS }: Stores): Promise<string> {
  const now = Date.now()
  await writePeople(DB, seedPeople(SIZE.people, now), `$2b$10$${'h'.repeat(53)}`)
  await writeProjects(DB, seedProjects(SIZE, now))
  await AVATARS.put('picture', new Uint8Array([0, 255, 10]), { httpMetadata: { contentType: 'image/webp' } })
  const [someone] = await DB.batch<{ email: string }>([
    DB.prepare('SELECT email FROM users WHERE id = 1'),
    DB.prepare(`UPDATE profiles SET avatar_key = 'picture' WHERE user_id = 1`),
    DB.prepare(
      `INSERT INTO sessions (id, user_id, created_at, last_used_at, expires_at) VALUES (?1, 1, ?2, ?2, ?2 + 1e6)`,
    ).bind(SESSION, now),
    DB.prepare('UPDATE projects SET description = ? WHERE id = 7').bind(DESCRIPTION),
    DB.prepare(
      `INSERT INTO users (email, username, password_hash, created_at) VALUES ('gone@example.com', 'gone', '', 0)`,
    ),
    DB.prepare(`DELETE FROM users WHERE username = 'gone'`),
  ])
  return someone?.results[0]?.email ?? ''
}

/** Every row as SQLite writes it, how far the ids have come, and what searches find. */
async function contents(stores: Stores) {
  const lines: string[] = []
  for await (const line of backupLines(stores)) lines.push(line)
  const [head = '', ...rows] = lines
  const found: unknown[][] = []
  for (const words of [
    'xx*',
    'typescript',
    'a*',
    'status OR team*',
    '"漢字"',
    `${FACET}u1x`,
    `${FACET}o1x`,
  ]) {
    const { results } = await stores.DB.prepare(
      'SELECT rowid FROM projects_search WHERE projects_search MATCH ? ORDER BY rowid',
    )
      .bind(words)
      .all()
    found.push(results)
  }
  return { sequences: JSON.parse(head).sequences, rows, found }
}

async function goOn({ DB }: Stores): Promise<void> {
  const id = await DB.prepare(
    `INSERT INTO users (email, username, password_hash, created_at) VALUES ('new@example.com', 'new', '', 0) RETURNING id`,
  ).first<number>('id')
  assert.equal(id, SIZE.people + 2, 'the id of a deleted user is not used again')
  await DB.prepare(
    `INSERT INTO projects (owner_id, title, description, created_at, updated_at) VALUES (?, 'Zqnew', 'x', 0, 0)`,
  )
    .bind(id)
    .run()
  const found = await DB.prepare(
    `SELECT rowid FROM projects_search WHERE projects_search MATCH 'zqnew'`,
  ).first<number>('rowid')
  assert.equal(found, SIZE.projects + 1, 'what is written after a restore is found')
}

interface Call {
  words: string[]
  at?: string
  code?: number
  /** Something of what is printed. */
  says: RegExp[]
}

/** For commands that open no store. */
async function together(calls: Call[]): Promise<void> {
  await Promise.all(calls.map(admin))
}

/** The local database has room for one process: another may find it locked. */
async function inTurn(calls: Call[]): Promise<void> {
  for (const call of calls) await admin(call)
}

/** Runs a command and checks what comes of it. */
async function admin({ words, at = here, code = 0, says }: Call): Promise<void> {
  const args = ['scripts/admin/admin.ts', '--persist-to', at, ...words]
  const result = await new Promise<{ code: unknown; output: string }>((resolve) => {
    const child = execFile(process.execPath, args, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, output: stderr + stdout }),
    )
    // Nobody sits there.
    child.stdin?.end()
  })
  const title = `admin ${words.join(' ')}`
  assert.equal(result.code, code, `${title}: ${result.output}`)
  for (const what of says) assert.match(result.output, what, title)
  console.log(`✓ ${title}`)
}
