import { describe, expect, it } from 'vitest'
import readme from '../README.md?raw'
import { PIXEL, upload } from './support/avatars.ts'
import { type Row, withCosts } from './support/cost-table.ts'
import { call, ENDPOINTS, type Endpoint, type World } from './support/endpoints.ts'
import { fullWorld, usualProject } from './support/full-world.ts'
import { UNLIMITED } from './support/limits.ts'
import { sum, type Usage, usageOf } from './support/usage.ts'

/** Another call of an endpoint than the plain one of `ENDPOINTS`. */
interface Variant {
  name?: string
  status?: number
  options?: (world: World, time: number) => Parameters<typeof call>[2]
  before?: (world: World) => Promise<unknown>
  /** It is the mean of so many. */
  times?: number
}

const showAvatar = ({ owner }: World) => upload(owner, PIXEL, { type: 'image/gif' })

const VARIANTS: Record<string, Variant[]> = {
  'POST /api/accounts/login': [
    {},
    {
      name: 'wrong password',
      status: 401,
      options: ({ owner }) => ({ body: { email: owner.email, password: 'wrong' } }),
    },
  ],
  'PUT /api/accounts/me/avatar': [
    { name: 'the first' },
    { name: 'another', before: showAvatar },
    { name: 'no picture', status: 422, options: () => ({ body: '<svg/>' }) },
  ],
  'DELETE /api/accounts/me/avatar': [{ before: showAvatar }],
  'GET /api/projects': [
    {},
    {
      name: 'words and filters',
      options: () => ({ query: '?q=project&tech=common&role=writer&isOpen=true' }),
    },
  ],
  'GET /api/projects/:id': [{}, { name: 'signed in', options: ({ member }) => ({ token: member.access }) }],
  // One of a hundred counts what all of them name.
  'POST /api/projects': [
    { name: 'mean of 100', times: 100, options: (_, time) => ({ body: usualProject(1000 + time) }) },
  ],
}

/** What people do in one go. */
const VISITS: Record<string, Record<string, number>> = {
  'looking around: ten lists, five projects, a profile': {
    'GET /api/projects': 10,
    'GET /api/projects/:id': 5,
    'GET /api/accounts/users/:username': 1,
  },
  'taking part: a login, a dashboard, ten lists, five projects, a request to join': {
    'POST /api/accounts/login': 1,
    'GET /api/projects/dashboard': 1,
    'GET /api/projects': 10,
    'GET /api/projects/:id, signed in': 5,
    'POST /api/projects/:id/requests': 1,
  },
}

async function measure(endpoint: Endpoint, variant: Variant): Promise<Usage> {
  const { status = endpoint.status, options, before, times = 1 } = variant
  const world = await fullWorld()
  await before?.(world)
  const usages: Usage[] = []
  for (let time = 0; time < times; time++) {
    const limits = { ...UNLIMITED, RATE_LIMIT: 'on' }
    const made = (env: object) =>
      call(endpoint, world, { ...options?.(world, time), env: { ...env, ...limits } })
    usages.push(await usageOf(status, made))
  }
  return sum([[sum(usages.map((usage) => [usage, 1])), 1 / times]])
}

/** By the name of the call, what it uses. */
async function measureAll(): Promise<Map<string, Usage>> {
  const usages = new Map<string, Usage>()
  for (const endpoint of ENDPOINTS) {
    for (const variant of VARIANTS[endpoint.route] ?? [{}]) {
      const name = variant.name ? `${endpoint.route}, ${variant.name}` : endpoint.route
      usages.set(name, await measure(endpoint, variant))
    }
  }
  return usages
}

let measured: Promise<Map<string, Usage>> | undefined
/** Measured in the first test that asks, since lines are kept while a test runs. */
const usages = () => (measured ??= measureAll())

const named = async (isSuch: (usage: Usage) => boolean) =>
  [...(await usages())].flatMap(([name, usage]) => (isSuch(usage) ? [name] : []))

describe('What a call costs', { timeout: 240_000 }, () => {
  it('is what the README says: if this fails, `npm run costs` and look at what has changed', async () => {
    const calls = await usages()
    const usageOfVisit = (parts: Record<string, number>) =>
      sum(
        Object.entries(parts).map(([name, times]) => {
          const usage = calls.get(name)
          if (!usage) throw new Error(`${name} was not measured.`)
          return [usage, times]
        }),
      )
    const rows: Row[] = [
      ...[...calls].map(([name, usage]) => ({ name: name.replace(/^[^,]+/, '`$&`'), usage })),
      ...Object.entries(VISITS).map(([name, parts]) => ({ name: `*${name}*`, usage: usageOfVisit(parts) })),
    ]
    await expect(withCosts(readme, rows)).toMatchFileSnapshot('../README.md')
  })

  it('is one round trip to D1, and more only where a password is compared, or a picture made or removed, in between', async () => {
    expect(await named(({ d1Trips }) => d1Trips > 1)).toEqual([
      'POST /api/accounts/login',
      'POST /api/accounts/me/password',
      // After the answer it looks what lies in R2, and takes it off the list when it is gone.
      'DELETE /api/accounts/me',
      'PUT /api/accounts/me/avatar, the first',
      'PUT /api/accounts/me/avatar, another',
      'DELETE /api/accounts/me/avatar',
    ])
  })

  it('is a read of KV only where a token is refreshed, and a write only where a session ends', async () => {
    expect(await named(({ kvReads }) => kvReads > 0)).toEqual(['POST /api/accounts/refresh'])
    expect(await named(({ kvWrites }) => kvWrites > 0)).toEqual([
      'POST /api/accounts/logout',
      'POST /api/accounts/logout-all',
      'DELETE /api/accounts/sessions/:id',
      'POST /api/accounts/me/password',
      'DELETE /api/accounts/me',
    ])
  })
})
