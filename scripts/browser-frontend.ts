import assert from 'node:assert/strict'
import { decode, sign } from 'hono/jwt'
import type { BrowserContext, Page, Request } from 'playwright-core'
import type { World } from './browser-world.ts'
import type { Steps } from './steps.ts'

const ACCOUNT = { email: 'ada@example.com', username: 'ada', password: 'difference engine' }
const PROJECT = {
  title: 'Chess in Rust',
  description: 'An engine to learn from.',
  techStack: ['Rust', 'C++'],
  rolesNeeded: ['Designer'],
}
const COLOUR = { css: 'rgb(200 40 90)', channels: [200, 40, 90] }
/** WebP is lossy. */
const MAX_COLOUR_DIFFERENCE = 8

/** What a page of the frontend holds of its tokens. */
interface Tokens {
  access: string
  refresh: string
}

/** A frontend's day: its user comes, works, stays signed in, and leaves. */
export async function useFrontend(world: World, steps: Steps, screenshot: string): Promise<void> {
  const { api, frontend, browser } = world
  const refreshes = countRefreshes(browser)
  const tab = await open(browser, frontend)

  await steps.step('Somebody registers, and logs out.', async () => {
    await act(tab, 'register', ACCOUNT)
    assert.equal(await act(tab, 'whoAmI'), 'ada')
    await act(tab, 'logout')
    assert.equal(await act(tab, 'whoAmI'), null)
  })

  await steps.step('Logs in, and is so after a reload.', async () => {
    await act(tab, 'login', ACCOUNT)
    await tab.reload()
    assert.equal(await act(tab, 'whoAmI'), 'ada')
    assert.equal(await act(tab, 'sessions'), 1)
  })

  await steps.step('Creates a project.', async () => {
    assert.equal(await act(tab, 'createProject', PROJECT), PROJECT.title)
  })

  const avatar = await steps.step('Uploads a PNG from a canvas, and shows the avatar.', async () => {
    const url = await act<string>(tab, 'uploadAvatar', COLOUR.css)
    assert.deepEqual(await act(tab, 'showPicture', url), [64, 64])
    return url
  })

  await steps.step('Shows it again with crossorigin, and reads a pixel of it in a canvas.', async () => {
    const pixel = await act<number[]>(tab, 'pixelOf', avatar)
    const differences = pixel.map((value, index) => Math.abs(value - (COLOUR.channels[index] ?? 0)))
    assert.ok(Math.max(...differences) <= MAX_COLOUR_DIFFERENCE, `The pixel is ${pixel}.`)
  })

  await tab.screenshot({ path: screenshot })

  await steps.step('Ten calls at once with an expired token refresh it once.', async () => {
    await expire(tab, world)
    refreshes.clear()
    assert.deepEqual(await act(tab, 'callTogether', 10), Array(10).fill(200))
    assert.equal(refreshes.size, 1)
  })

  await steps.step('So they do with a broken one.', async () => {
    await act(tab, 'replaceAccess', 'broken')
    refreshes.clear()
    assert.deepEqual(await act(tab, 'callTogether', 10), Array(10).fill(200))
    assert.equal(refreshes.size, 1)
  })

  const other = await open(browser, frontend)
  const both = (times: number) =>
    Promise.all([tab, other].map((page) => act<number[]>(page, 'callTogether', times)))

  await steps.step('Two tabs at once refresh it once, or at most once each, and both go on.', async () => {
    await expire(tab, world)
    await haveSameTokens(tab, other)
    refreshes.clear()
    assert.deepEqual((await both(5)).flat(), Array(10).fill(200))
    assertOneOrTwo(refreshes.size)
    assert.equal(await act(other, 'sessions'), 1)
  })

  await steps.step('Two tabs without locks spend one refresh token at once, and both go on.', async () => {
    const lockless = await Promise.all([tab, other].map(() => openWithoutLocks(browser, frontend)))
    await expire(tab, world)
    for (const page of lockless) await haveSameTokens(tab, page)
    refreshes.clear()
    await together(lockless, `${api}/api/accounts/refresh`)
    const answers = await Promise.all(lockless.map((page) => act<number[]>(page, 'callTogether', 3)))
    assert.deepEqual(answers.flat(), Array(6).fill(200))
    assert.equal(refreshes.size, 2)
    await Promise.all(lockless.map((page) => page.close()))
  })

  await steps.step('The session outlives that: one is there, and refreshes again.', async () => {
    await expire(tab, world)
    await haveSameTokens(tab, other)
    refreshes.clear()
    assert.deepEqual((await both(2)).flat(), Array(4).fill(200))
    assertOneOrTwo(refreshes.size)
    assert.equal(await act(tab, 'sessions'), 1)
  })

  await steps.step('A logout in one tab signs the other out at its next call.', async () => {
    await haveSameTokens(tab, other)
    const { refresh } = await act<Tokens>(tab, 'tokens')
    await act(tab, 'logout')
    await haveSameTokens(tab, other)
    assert.equal(await timesSignedOut(other), 0)
    assert.deepEqual(await act(other, 'callTogether', 1), [401])
    assert.equal(await act(other, 'whoAmI'), null)
    assert.equal(await timesSignedOut(other), 1)
    assert.equal(await timesSignedOut(tab), 0)
    assert.equal(await post(`${api}/api/accounts/refresh`, { refresh }), 401)
  })

  await steps.step('A page of another origin gets nothing.', async () => {
    const stranger = await open(browser, world.stranger)
    const refusals: string[] = []
    stranger.on('console', (message) => {
      if (message.text().includes('blocked by CORS policy')) refusals.push(message.text())
    })
    const mallory = { email: 'mallory@example.com', username: 'mallory', password: 'a tall fence' }
    assert.deepEqual(await act(stranger, 'trespass', mallory), {
      plain: 'TypeError',
      client: 'NetworkError',
      register: 'NetworkError',
      withoutCors: ['opaque', 0, ''],
    })
    await assert.rejects(act(stranger, 'pixelOf', avatar))
    assert.equal(refusals.length, 4)
    // What its registration had to ask for first was not granted, so that it was never sent.
    assert.equal(await post(`${api}/api/accounts/login`, mallory), 401)
    await stranger.close()
  })

  await Promise.all([tab.close(), other.close()])
}

async function open(browser: BrowserContext, url: string): Promise<Page> {
  const page = await browser.newPage()
  await page.goto(url)
  await page.waitForFunction(() => 'app' in globalThis)
  return page
}

/** A tab of a browser that has no Web Locks. */
async function openWithoutLocks(browser: BrowserContext, url: string): Promise<Page> {
  const page = await browser.newPage()
  await page.addInitScript(() => Object.defineProperty(navigator, 'locks', { value: undefined }))
  await page.goto(url)
  await page.waitForFunction(() => 'app' in globalThis)
  return page
}

/** Calls a function of the page's `app`. */
function act<Result>(page: Page, name: string, ...args: unknown[]): Promise<Result> {
  return page.evaluate(
    ([name, args]) => {
      const { app } = globalThis as unknown as {
        app: Record<string, (...args: unknown[]) => Promise<Result>>
      }
      return app[name]?.(...args) as Promise<Result>
    },
    [name, args] as const,
  )
}

const timesSignedOut = (page: Page) =>
  page.evaluate(() => (globalThis as unknown as { app: { timesSignedOut: number } }).app.timesSignedOut)

/** Makes the access token that the tabs hold one that has expired, but is genuine in every other way. */
async function expire(page: Page, { secret }: World): Promise<void> {
  const { access } = await act<Tokens>(page, 'tokens')
  const now = Math.floor(Date.now() / 1000)
  const expired = { ...decode(access).payload, iat: now - 1000, exp: now - 100 }
  await act(page, 'replaceAccess', await sign(expired, secret, 'HS256'))
}

/** Tabs may be processes of their own, and what one writes to localStorage reaches the other a moment later. */
async function haveSameTokens(tab: Page, other: Page): Promise<void> {
  const expected = JSON.stringify(await act(tab, 'tokens'))
  await other.waitForFunction((expected) => {
    const { app } = globalThis as unknown as { app: { tokens(): unknown } }
    return JSON.stringify(app.tokens()) === expected
  }, expected)
}

/** For the same reason a tab whose turn comes may still see the spent token. The API lets it pass so soon after. */
function assertOneOrTwo(refreshes: number): void {
  assert.ok(refreshes === 1 || refreshes === 2, `There were ${refreshes} refreshes.`)
}

function countRefreshes(browser: BrowserContext): Set<Request> {
  const refreshes = new Set<Request>()
  browser.on('request', (request) => {
    const isRefresh = request.method() === 'POST' && request.url().endsWith('/api/accounts/refresh')
    if (isRefresh) refreshes.add(request)
  })
  return refreshes
}

/** Holds requests back until one of every page is there. */
async function together(pages: Page[], url: string): Promise<void> {
  let missing = pages.length
  const { promise, resolve } = Promise.withResolvers<void>()
  for (const page of pages) {
    await page.route(url, async (route) => {
      missing--
      if (missing === 0) resolve()
      await promise
      await route.continue()
    })
  }
}

/** From no browser at all. @returns the status */
async function post(url: string, body: unknown): Promise<number> {
  const { status } = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  return status
}
