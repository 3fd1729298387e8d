/**
 * Does what a newcomer does with a clone: `npm run dev`, the README's lines of curl, the demo, a seed. `npm run test:dev`.
 * In a copy of the project, so that the settings and the database of this one stay as they are.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { freePort, startGroup, stopGroup, untilHealthy } from './local-server.ts'
import { Steps } from './steps.ts'

/** What is not in a clone. */
const OWN = /^(\.git|\.wrangler|\.dev\.vars|dist|node_modules)(\/|$)/
const DEFAULT = 'http://localhost:8787'

const steps = new Steps()
const directory = mkdtempSync(join(tmpdir(), 'devcollab-dev-'))
process.on('exit', () => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }))
cpSync('.', directory, { recursive: true, filter: (path) => !OWN.test(relative('.', path)) })
symlinkSync(resolve('node_modules'), join(directory, 'node_modules'))

const settings = join(directory, '.dev.vars')
const port = await freePort()
const api = `http://localhost:${port}`
let server = await steps.step('One command makes secrets for their owner alone, a database, and serves.', dev)
assert.equal(statSync(settings).mode & 0o777, 0o600)
assert.match(readFileSync(settings, 'utf8'), /^JWT_SECRET=[\w-]{43}$/m)
appendFileSync(settings, 'SERVER_TIMING=on\n')
const chosen = readFileSync(settings, 'utf8')

await steps.step('The lines of curl in the README do what they say.', async () => {
  const [, lines = ''] =
    /## Five lines of curl\s+```sh\n(.*?)```/s.exec(readFileSync('README.md', 'utf8')) ?? []
  const answers = run('bash', ['-euc', lines]).match(/"title":"Chess in Rust"/g)
  assert.equal(answers?.length, 3, 'posted, found, and mine')
})

await steps.step('The demo tells its whole story.', async () => {
  assert.match(run('npm', ['run', 'demo', '--', api]), /All of it went as promised/)
})

await steps.step('The signal of Ctrl-C stops all of it.', async () => {
  assert.ok(await stopGroup(server, 'SIGINT'))
})

const login = await steps.step('The seed makes a world, and tells how to log in.', async () => {
  const told = run('npm', ['run', 'seed', '--', '--people', '5', '--projects', '20'])
  return /^ *(curl .*login.*)$/m.exec(told)?.[1] ?? assert.fail(told)
})

server = await steps.step('Started again, it has the same settings and data.', dev)
assert.equal(readFileSync(settings, 'utf8'), chosen)
const health = await fetch(`${api}/api/health`)
assert.match(health.headers.get('Server-Timing') ?? '', /^d1;/)
assert.match(run('bash', ['-euc', login]), /"access":"/)
assert.match(run('curl', ['-s', `${api}/api/projects?q=chess+in+rust`]), /"title":"Chess in Rust"/)
await stopGroup(server)
console.log(`${steps.passed} passed`)

async function dev() {
  const ports = ['--port', String(port), '--inspector-port', '0']
  const leader = startGroup('npm', ['run', 'dev', '--', ...ports], {
    cwd: directory,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { WRANGLER_LOG: 'error' },
  })
  await untilHealthy(api, leader)
  return leader
}

/** Runs a command in the copy to its end; the usual port is ours. @returns what it said */
function run(command: string, args: string[]): string {
  const ours = args.map((arg) => arg.replaceAll(DEFAULT, api))
  return execFileSync(command, ours, {
    cwd: directory,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}
