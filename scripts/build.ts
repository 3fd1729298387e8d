/**
 * Bundles the Worker as a deploy to each environment would, tells its size and what its start takes, and fails if an
 * environment is not like the others or a budget is exceeded.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { complaints, environments } from './environments.ts'
import { startupMilliseconds } from './startup.ts'
import { askWrangler, wrangler } from './wrangler.ts'

const MAX_GZIP_KIB = 130
/** The platform allows a second. This is several times what it takes on two busy cores. */
const MAX_STARTUP_MS = 250

const directory = mkdtempSync(join(tmpdir(), 'devcollab-build-'))
process.on('exit', () => rmSync(directory, { recursive: true }))
const bundle = join(directory, 'worker.bundle')
await wrangler('deploy', '--env', '', '--dry-run', '--outdir', 'dist', '--outfile', bundle)

const failures = complaints()
for (const environment of environments()) {
  const { isDone, errors } = await askWrangler('deploy', '--env', environment, '--dry-run')
  if (!isDone) failures.push(`A deploy to ${environment} would fail: ${errors.trim()}`)
}

const kib = gzipSync(readFileSync('dist/index.js')).length / 1024
console.log(`Bundle: ${kib.toFixed(1)} KiB gzipped, of at most ${MAX_GZIP_KIB} KiB.`)
if (kib > MAX_GZIP_KIB) failures.push('The bundle is too large.')

const milliseconds = await startupMilliseconds(bundle, directory, MAX_STARTUP_MS)
console.log(`Start-up: ${milliseconds.toFixed(0)} ms of CPU, of at most ${MAX_STARTUP_MS} ms.`)
if (milliseconds > MAX_STARTUP_MS) failures.push('The start-up is too slow: what is done at module level?')

for (const failure of failures) console.error(failure)
if (failures.length > 0) process.exitCode = 1
