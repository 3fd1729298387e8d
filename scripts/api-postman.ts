/**
 * Runs the Postman collection as newman does, against a server of its own: a free port, an empty database, no rate limits.
 * `npm run test:postman`. Ends with an exit code other than 0 if a request or a test of it fails.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import newman from 'newman'
import { migrate } from './wrangler.ts'

const COLLECTION = 'scripts/postman/devcollab.postman_collection.json'
const START_TIMEOUT_MS = 90_000

const directory = mkdtempSync(join(tmpdir(), 'devcollab-postman-'))
process.on('exit', () => rmSync(directory, { recursive: true, force: true }))
await migrate('--persist-to', directory)

const port = await freePort()
const baseUrl = `http://127.0.0.1:${port}`
const server = serve(port)
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => stop(server).then(() => process.exit(1)))
}
try {
  await untilHealthy()
  const { run } = await runCollection()
  if (run.failures.length > 0 || run.stats.assertions.total === 0) process.exitCode = 1
} finally {
  await stop(server)
}

function runCollection() {
  return new Promise<newman.NewmanRunSummary>((resolve, reject) => {
    const options: newman.NewmanRunOptions = {
      collection: COLLECTION,
      envVar: [{ key: 'baseUrl', value: baseUrl }],
      reporters: 'cli',
      color: process.stdout.isTTY ? 'on' : 'off',
    }
    newman.run(options, (error, summary) => (error ? reject(error) : resolve(summary)))
  })
}

/** Wrangler starts others: it leads a group, so that all of them can be stopped at once. */
function serve(port: number): ChildProcess {
  const secret = randomBytes(32).toString('base64url')
  const vars = ['--var', 'RATE_LIMIT:off', '--var', `JWT_SECRET:${secret}`]
  const places = ['--ip', '127.0.0.1', '--port', String(port), '--inspector-port', '0']
  return spawn(
    process.execPath,
    ['node_modules/wrangler/bin/wrangler.js', 'dev', ...places, '--persist-to', directory, ...vars],
    {
      // Its log is no part of the report; what went wrong is.
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, CI: 'true', WRANGLER_SEND_METRICS: 'false', WRANGLER_LOG: 'error' },
      detached: true,
    },
  )
}

async function untilHealthy(): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS
  while (Date.now() < deadline && server.exitCode === null) {
    const answer = await fetch(`${baseUrl}/api/health`).catch(() => undefined)
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error(`The server at ${baseUrl} did not start.`)
}

/** Asks the whole group to stop, and makes sure of it. */
async function stop(leader: ChildProcess): Promise<void> {
  const signal = (name: NodeJS.Signals) => {
    try {
      if (leader.pid !== undefined) process.kill(-leader.pid, name)
    } catch {
      // Nobody is left.
    }
  }
  const ended = leader.exitCode === null && leader.signalCode === null ? once(leader, 'exit') : undefined
  signal('SIGTERM')
  await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 5000).unref())])
  signal('SIGKILL')
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (typeof address !== 'object' || address === null) throw new Error('There is no free port.')
  return address.port
}
