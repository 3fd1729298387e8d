/**
 * Uses the client and the docs page in a real browser: `npm run test:browser`. Ends with an exit code other than 0 at the
 * first thing that is not as it must be. Screenshots are in dist/browser.
 */
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { useDocs } from './browser-docs.ts'
import { useFrontend } from './browser-frontend.ts'
import { lastWords, setUp, tearDown, type World } from './browser-world.ts'
import { Steps } from './steps.ts'

const MAX_MS = 165_000
const SCREENSHOTS = 'dist/browser'
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'

if (!existsSync(CHROMIUM)) {
  console.log(`browser: skipped, there is no ${CHROMIUM}. Install Chromium, or say where it is: CHROMIUM=…`)
  process.exit(0)
}

rmSync(SCREENSHOTS, { recursive: true, force: true })
mkdirSync(SCREENSHOTS, { recursive: true })

const steps = new Steps()
const stopped = new Promise<never>((_, reject) => {
  setTimeout(() => reject(new Error(`It took more than ${MAX_MS / 1000} seconds.`)), MAX_MS).unref()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, () => reject(new Error(`Stopped by ${signal}.`)))
  }
})
let world: World | undefined
try {
  await Promise.race([test(), stopped])
} catch (error) {
  process.exitCode = 1
  console.error(error)
  if (!world) console.error(lastWords())
  await photograph('failure')
} finally {
  await tearDown()
}
console.log(`browser: ${steps.passed} passed, ${steps.failed || (process.exitCode ?? 0)} failed`)
process.exit()

async function test(): Promise<void> {
  world = await steps.step('The Worker and the browser start.', () => setUp(CHROMIUM))
  await useFrontend(world, steps, `${SCREENSHOTS}/frontend.png`)
  await useDocs(world, steps, `${SCREENSHOTS}/docs.png`, `${SCREENSHOTS}/docs-answer.png`)
}

/** What the pages look like when something has gone wrong. */
async function photograph(name: string): Promise<void> {
  for (const [index, page] of (world?.browser.pages() ?? []).entries()) {
    await page.screenshot({ path: `${SCREENSHOTS}/${name}-${index}.png`, timeout: 3000 }).catch(() => {})
  }
}
