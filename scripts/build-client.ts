/**
 * Builds the typed client into dist/client, a package that needs nothing but hono: one module, and declarations in which
 * the API's types are spelled out. Tells what it weighs and what its types cost a consumer, and fails above the budget.
 */
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type BuildOptions, build } from 'esbuild'
import { CONSUMER, SMOKE } from './client-consumer.ts'

const MAX_GZIP_KIB = 5
const OUT = 'dist/client'

const { version, license, dependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
const temporary = mkdtempSync(join(tmpdir(), 'devcollab-client-'))
try {
  rmSync(OUT, { recursive: true, force: true })
  mkdirSync(OUT, { recursive: true })
  writeFileSync(join(OUT, 'index.js'), await bundle({ external: ['hono'] }))
  writeDeclarations(join(temporary, 'types'))
  writePackage()
  const seconds = checkConsumer(join(temporary, 'consumer'))
  const kib = gzipSync(await bundle({ minify: true })).length / 1024
  console.log(
    `Client: ${kib.toFixed(1)} KiB minified and gzipped with its part of hono, of at most ${MAX_GZIP_KIB} KiB.`,
  )
  console.log(`Client: tsc takes ${seconds.toFixed(1)} s for a consumer.`)
  if (kib > MAX_GZIP_KIB) process.exitCode = 1
} finally {
  rmSync(temporary, { recursive: true })
}

async function bundle(options: BuildOptions): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: ['src/client/index.ts'],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    ...options,
    write: false,
  })
  return outputFiles[0]?.text ?? ''
}

/** tsc spells an inferred type out, so only the client's own declarations are needed, if they name nothing of the server's. */
function writeDeclarations(emitted: string): void {
  tsc('-p', 'tsconfig.client.json', '--outDir', emitted)
  for (const file of readdirSync(join(emitted, 'client'))) {
    const types = readFileSync(join(emitted, 'client', file), 'utf8').replace(
      /(from '\.\/[^']+)\.ts'/g,
      "$1.js'",
    )
    const code = types.replace(/\/\*[\s\S]*?\*\//g, '')
    for (const [, module = ''] of code.matchAll(/(?:from |import\()['"]([^'"]+)['"]/g)) {
      if (!/^(?:\.\/[\w-]+\.js|hono(?:\/.+)?)$/.test(module)) {
        throw new Error(
          `${file} names a type of ${module}: spell it out, or infer it, where the route answers.`,
        )
      }
    }
    writeFileSync(join(OUT, file), types)
  }
}

function writePackage(): void {
  const manifest = {
    name: 'devcollab-client',
    version,
    license,
    description: 'The typed client of the DevCollab API.',
    type: 'module',
    sideEffects: false,
    exports: { '.': { types: './index.d.ts', import: './index.js' } },
    peerDependencies: { hono: `^${dependencies.hono}` },
  }
  writeFileSync(join(OUT, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
}

/** Compiles and runs a project that has hono and the client and nothing else. @returns the seconds that tsc takes */
function checkConsumer(project: string): number {
  const modules = join(project, 'node_modules')
  mkdirSync(modules, { recursive: true })
  symlinkSync(resolve('node_modules/hono'), join(modules, 'hono'))
  // A copy: from a link, the client would see the packages of the server.
  cpSync(OUT, join(modules, 'devcollab-client'), { recursive: true })
  const compilerOptions = {
    target: 'ES2022',
    lib: ['ES2022', 'DOM', 'DOM.Iterable'],
    module: 'ESNext',
    moduleResolution: 'bundler',
    types: [],
    strict: true,
    noEmit: true,
    skipLibCheck: false,
  }
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }))
  writeFileSync(join(project, 'consumer.ts'), CONSUMER)
  writeFileSync(join(project, 'smoke.mjs'), SMOKE)
  execFileSync(process.execPath, [join(project, 'smoke.mjs')], { stdio: 'inherit' })
  const startedAt = performance.now()
  tsc('-p', project)
  return (performance.now() - startedAt) / 1000
}

function tsc(...args: string[]): void {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', ...args], { stdio: 'inherit' })
}
