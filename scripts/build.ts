/** Bundles the Worker as a deploy would, tells its size and fails above the budget. */
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { wrangler } from './wrangler.ts'

const MAX_GZIP_KIB = 200

await wrangler('deploy', '--dry-run', '--outdir', 'dist')
const kib = gzipSync(readFileSync('dist/index.js')).length / 1024
console.log(`Bundle: ${kib.toFixed(1)} KiB gzipped, of at most ${MAX_GZIP_KIB} KiB.`)
if (kib > MAX_GZIP_KIB) process.exit(1)
