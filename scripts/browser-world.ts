/** What the browser test needs around it: a Worker of its own, two origins and a browser, all gone when it ends. */
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { build } from 'esbuild'
import { type BrowserContext, chromium } from 'playwright-core'
import { freePort, startGroup, stopGroup, untilHealthy } from './local-server.ts'

const CHROMIUM_FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const MAX_CLOSING_MS = 5_000
const PAGE_DIRECTORY = 'test/browser'

export interface World {
  /** Where the Worker is. */
  api: string
  /** A frontend whose origin the Worker knows. */
  frontend: string
  /** The same page from an origin that it does not know. */
  stranger: string
  /** What the Worker signs tokens with. */
  secret: string
  /** A browser without a past, and everything that its pages share. */
  browser: BrowserContext
}

const directory = mkdtempSync(join(tmpdir(), 'devcollab-browser-'))
const groups: ChildProcess[] = []
const servers: Server[] = []
let browser: BrowserContext | undefined
let workerLog = ''
let isEnding = false

process.on('exit', () => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }))

/** @param executablePath of Chromium */
export async function setUp(executablePath: string): Promise<World> {
  await run(process.execPath, ['scripts/build-client.ts'])
  const page = new Map<string, { type: string; text: string }>()
  const frontend = await serve(page, 3000)
  const stranger = await serve(page, 3001)
  const secret = randomBytes(32).toString('base64url')
  const api = await startWorker({ JWT_SECRET: secret, CORS_ORIGINS: frontend, RATE_LIMIT: 'off' })
  page.set('/', { type: 'text/html', text: readFileSync(join(PAGE_DIRECTORY, 'page.html'), 'utf8') })
  page.set('/page.js', { type: 'text/javascript', text: await bundlePage(api) })
  browser = await chromium.launchPersistentContext(join(directory, 'profile'), {
    executablePath,
    args: CHROMIUM_FLAGS,
    viewport: { width: 1280, height: 900 },
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  })
  return { api, frontend, stranger, secret, browser }
}

export async function tearDown(): Promise<void> {
  isEnding = true
  await Promise.race([browser?.close().catch(() => {}), sleep(MAX_CLOSING_MS)])
  for (const server of servers) server.close().closeAllConnections()
  await Promise.all(groups.map((leader) => stopGroup(leader)))
}

/** The last that the Worker and the tools around it said. */
export const lastWords = () => workerLog.slice(-4000)

/** A Worker with an empty database, on a free port. Settings of `.dev.vars` do not reach it. */
async function startWorker(settings: Record<string, string>): Promise<string> {
  const settingsFile = join(directory, 'vars')
  writeFileSync(
    settingsFile,
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  )
  const wrangler = 'node_modules/wrangler/bin/wrangler.js'
  const own = ['--persist-to', join(directory, 'state'), '--env-file', settingsFile]
  await run(process.execPath, [wrangler, 'd1', 'migrations', 'apply', 'DB', '--local', ...own])
  const port = String(await freePort())
  const worker = start(process.execPath, [
    wrangler,
    'dev',
    '--port',
    port,
    '--inspector-port',
    String(await freePort()),
    '--show-interactive-dev-session=false',
    ...own,
  ])
  const url = `http://localhost:${port}`
  await untilHealthy(url, worker)
  return url
}

async function bundlePage(api: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(PAGE_DIRECTORY, 'page.js')],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    define: { API: JSON.stringify(api) },
    write: false,
  })
  return outputFiles[0]?.text ?? ''
}

/** @returns the origin. Its port is another than the one wished for if that is taken. */
async function serve(files: Map<string, { type: string; text: string }>, wish: number): Promise<string> {
  const server = createServer((request, response) => {
    const file = files.get(request.url ?? '')
    response.writeHead(file ? 200 : 404, { 'Content-Type': `${file?.type ?? 'text/plain'}; charset=utf-8` })
    response.end(file?.text)
  })
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, 'localhost', resolve)
    })
  await listen(wish).catch(() => listen(0))
  servers.push(server)
  return `http://localhost:${(server.address() as AddressInfo).port}`
}

function start(command: string, args: string[]): ChildProcess {
  if (isEnding) throw new Error('Nothing is started any more.')
  const child = startGroup(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  groups.push(child)
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      workerLog = (workerLog + chunk).slice(-20_000)
    })
  }
  return child
}

async function run(command: string, args: string[]): Promise<void> {
  const child = start(command, args)
  const code = await new Promise((resolve, reject) => child.on('exit', resolve).on('error', reject))
  if (code !== 0) throw new Error(`${args.slice(0, 4).join(' ')} failed.`)
}
