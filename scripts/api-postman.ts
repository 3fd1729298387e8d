/**
 * Runs the Postman collection as newman does, against a server of its own: a free port, an empty database, no rate limits.
 * `npm run test:postman`. Ends with an exit code other than 0 if a request or a test of it fails.
 */
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import newman from 'newman'
import { freePort, startGroup, stopGroup, untilHealthy } from './local-server.ts'
import { migrate } from './wrangler.ts'

const COLLECTION = 'scripts/postman/devcollab.postman_collection.json'

const directory = mkdtempSync(join(tmpdir(), 'devcollab-postman-'))
process.on('exit', () => rmSync(directory, { recursive: true, force: true }))
await migrate('--persist-to', directory)

const port = await freePort()
const baseUrl = `http://localhost:${port}`
const server = serve(port)
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => stopGroup(server).then(() => process.exit(1)))
}
try {
  await untilHealthy(baseUrl, server)
  const { run } = await runCollection()
  if (run.failures.length > 0 || run.stats.assertions.total === 0) process.exitCode = 1
} finally {
  await stopGroup(server)
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

function serve(port: number): ChildProcess {
  const secret = randomBytes(32).toString('base64url')
  const vars = ['--var', 'RATE_LIMIT:off', '--var', `JWT_SECRET:${secret}`]
  const places = ['--port', String(port), '--inspector-port', '0']
  return startGroup(
    process.execPath,
    ['node_modules/wrangler/bin/wrangler.js', 'dev', ...places, '--persist-to', directory, ...vars],
    // Its log is no part of the report; what went wrong is.
    { stdio: ['ignore', 'ignore', 'inherit'], env: { WRANGLER_LOG: 'error' } },
  )
}
