import assert from 'node:assert/strict'
import type { Locator, Page } from 'playwright-core'
import type { World } from './browser-world.ts'
import type { Steps } from './steps.ts'

const METHODS = ['get', 'post', 'put', 'patch', 'delete']

/** What a page has done that it must not do, or complained of. */
interface Offences {
  requests: string[]
  complaints: string[]
}

/** Reads the docs page, signs in on it and tries an operation. */
export async function useDocs(
  { api, browser }: World,
  steps: Steps,
  screenshot: string,
  answered: string,
): Promise<void> {
  const page = await browser.newPage()
  const offences = await watch(page, new URL(api).host)

  await steps.step('The docs page shows every operation.', async () => {
    const document = (await (await fetch(`${api}/api/openapi.json`)).json()) as {
      paths: Record<string, Record<string, unknown>>
    }
    const operations = Object.values(document.paths).flatMap((path) =>
      Object.keys(path).filter((key) => METHODS.includes(key)),
    )
    await page.goto(`${api}/docs`)
    await page.locator('.opblock').first().waitFor({ timeout: 60_000 })
    assert.ok(operations.length > 20)
    assert.equal(await page.locator('.opblock').count(), operations.length)
    assert.equal(await page.locator('.errors-wrapper').count(), 0)
    await page.screenshot({ path: screenshot })
  })

  await steps.step('It is nowhere else, and no other page may frame it or its files.', async () => {
    for (const path of ['/docs.html', '/openapi.json']) assert.equal((await fetch(api + path)).status, 404)
    for (const path of ['/', '/docs', '/docs/', '/docs.html', '/docs.js', '/swagger-ui.css']) {
      const { headers } = await fetch(api + path)
      assert.match(headers.get('Content-Security-Policy') ?? '', /frame-ancestors 'none'/, path)
      assert.match(headers.get('Strict-Transport-Security') ?? '', /max-age=63072000/, path)
    }
  })

  const getMe = operation(page, 'getMe')

  await steps.step('Tries an operation without a token, and is refused.', async () => {
    await open(getMe)
    assert.equal(await execute(getMe), 401)
  })

  const account = await steps.step('Signs up by the example, as it stands.', async () => {
    const register = operation(page, 'register')
    await open(register)
    assert.equal(await execute(register), 201)
    return exampleOf(register)
  })

  await steps.step('The form tells of a wrong password, and signs in with the right one.', async () => {
    const form = page.locator('#sign-in')
    const said = form.locator('output')
    const signIn = async (password: string) => {
      await form.getByLabel('Email').fill(String(account.email))
      await form.getByLabel('Password').fill(password)
      await form.getByRole('button', { name: 'Sign in' }).click()
    }
    await signIn(`not ${account.password}`)
    await said.filter({ hasText: 'wrong' }).waitFor()
    await signIn(String(account.password))
    await said.filter({ hasText: `Signed in as ${account.username}` }).waitFor()
    assert.equal(await form.getByLabel('Password').inputValue(), '')
  })

  await steps.step('Posts a project by the example, as it stands.', async () => {
    const createProject = operation(page, 'createProject')
    await open(createProject)
    const example = await exampleOf(createProject)
    assert.equal(await execute(createProject), 201)
    const { title, owner } = JSON.parse(await answerOf(createProject).innerText())
    assert.deepEqual([title, owner.username], [example.title, account.username])
  })

  await steps.step('Tries the first again, and sees the account.', async () => {
    await getMe.getByRole('button', { name: 'Clear' }).click()
    assert.equal(await execute(getMe), 200)
    assert.equal(JSON.parse(await answerOf(getMe).innerText()).username, account.username)
    await getMe.locator('.live-responses-table').scrollIntoViewIfNeeded()
    await page.screenshot({ path: answered })
  })

  await steps.step('It asked no other host, and broke no policy.', async () => {
    assert.deepEqual(offences, { requests: [], complaints: [] })
  })
  await page.close()
}

const operation = (page: Page, id: string) => page.locator(`.opblock[id$="-${id}"]`)

const open = (block: Locator) => block.locator('.opblock-summary-control').click()

/** @returns the status of the answer */
async function execute(block: Locator): Promise<number> {
  await block.getByRole('button', { name: 'Execute' }).click()
  const status = block.locator('.live-responses-table tbody .response-col_status').first()
  await status.waitFor()
  return Number.parseInt(await status.innerText(), 10)
}

const answerOf = (block: Locator) => block.locator('.live-responses-table .highlight-code code').first()

/** The body that the page offers to send. */
async function exampleOf(block: Locator): Promise<Record<string, unknown>> {
  return JSON.parse(await block.locator('.body-param__text').inputValue())
}

async function watch(page: Page, host: string): Promise<Offences> {
  const offences: Offences = { requests: [], complaints: [] }
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (url.protocol !== 'data:' && url.host !== host) offences.requests.push(request.url())
  })
  page.on('console', (message) => {
    // That the API refuses what it must is no complaint about the page.
    const { url } = message.location()
    if (url.includes('/api/accounts/')) return
    if (['error', 'warning'].includes(message.type())) offences.complaints.push(`${message.text()} ${url}`)
  })
  page.on('pageerror', (error) => offences.complaints.push(String(error)))
  await page.exposeFunction('tell', (text: string) => offences.complaints.push(text))
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      const { tell } = globalThis as unknown as { tell: (text: string) => void }
      tell(`${violatedDirective} forbids ${blockedURI}`)
    })
  })
  return offences
}
