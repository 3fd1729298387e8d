/**
 * Tries `npm run deploy` as a whole: the script, the real wrangler, and a stand-in for Cloudflare's API that keeps a real
 * D1 and serves what is uploaded. `npm run test:deploy`.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import type { Unstable_Config } from 'wrangler'
import { complaints, readEnvironment } from './environments.ts'
import { StandInCloudflare } from './stand-in-cloudflare.ts'
import { StandInWorker } from './stand-in-worker.ts'
import { Steps } from './steps.ts'

const SIGNED_IN = { CLOUDFLARE_API_TOKEN: 'token', CLOUDFLARE_ACCOUNT_ID: 'account' }

/** What may be wrong with wrangler.toml, and what `npm run build` says of it then. */
const ALTERED: [alter: (config: Unstable_Config, environment?: string) => void, told: RegExp][] = [
  [inStaging((config) => config.kv_namespaces.pop()), /env\.staging differs in kv_namespaces/],
  [inStaging((config) => config.ratelimits.pop()), /env\.staging differs in ratelimits/],
  [inStaging((config) => Object.assign(config, { vars: {} })), /env\.staging differs in vars/],
  [inStaging((config) => config.triggers.crons?.pop()), /env\.staging differs in triggers/],
  [(config) => Object.assign(config, { name: 'same' }), /env\.staging shares the Worker same with the top/],
  [
    all('d1_databases', { database_name: 'same' }),
    /env\.production shares the database same with env\.staging/,
  ],
  [all('d1_databases', { database_id: 'same' }), /env\.staging shares the database same with the top/],
  [all('kv_namespaces', { id: 'same' }), /env\.staging shares the KV namespace same with the top/],
  [all('r2_buckets', { bucket_name: 'same' }), /env\.staging shares the bucket same with the top/],
  [all('ratelimits', { namespace_id: 'same' }), /env\.staging shares the rate limit namespace same/],
  [(config) => config.triggers.crons?.splice(0), /no cron trigger/],
  [(config) => Object.assign(config, { observability: { enabled: false } }), /Observability is off/],
]

const steps = new Steps()
const directory = mkdtempSync(join(tmpdir(), 'devcollab-deploy-test-'))
const temporary = join(directory, 'tmp')
mkdirSync(temporary)
const worker = new StandInWorker('staging', join(directory, 'stores'))
const cloudflare = new StandInCloudflare(worker)
const api = await cloudflare.listen()
try {
  await tryAll()
  console.log(`${steps.passed} passed`)
} finally {
  cloudflare.stop()
  await worker.stop()
  rmSync(directory, { recursive: true })
}

async function tryAll(): Promise<void> {
  await steps.step('An environment that is not there is named, with those that are.', async () => {
    assert.match(await halted(['prod'], SIGNED_IN), /no environment "prod".*staging and production/)
    assert.match(await halted([], SIGNED_IN), /npm run deploy -- staging/)
  })

  await steps.step('One that lacks something, or shares it with another, is told of.', async () => {
    assert.deepEqual(complaints(), [])
    for (const [alter, told] of ALTERED) {
      const found = complaints((name) => {
        const config = readEnvironment(name)
        alter(config, name)
        return config
      })
      assert.match(found.join('\n'), told)
    }
  })

  await steps.step('Without a login it says how to log in.', async () => {
    assert.match(await halted(['staging'], {}), /Not signed in.*wrangler login/)
  })

  await steps.step('With several accounts it asks which.', async () => {
    cloudflare.accounts.push({ id: 'other', name: 'Somebody else' })
    const { CLOUDFLARE_API_TOKEN } = SIGNED_IN
    assert.match(await halted(['staging'], { CLOUDFLARE_API_TOKEN }), /CLOUDFLARE_ACCOUNT_ID.*other/s)
    cloudflare.accounts.pop()
    assert.deepEqual(cloudflare.changes, [])
  })

  await steps.step('A migration that fails keeps the code from being deployed.', async () => {
    cloudflare.brokenSql = /CREATE TABLE `facet_counts`/
    assert.match(await halted(['staging'], SIGNED_IN), /migrations were not all applied/)
    assert.deepEqual(made(), ['database devcollab-staging'])
    cloudflare.brokenSql = undefined
  })

  const first = await steps.step('The first deploy makes what is missing, migrates and works.', async () => {
    const { code, said } = await deploy(['staging', '--url', await worker.url()], SIGNED_IN)
    assert.equal(code, 0, said)
    assert.match(said, /https:\/\/devcollab-staging\.somebody\.workers\.dev/)
    assert.match(said, /nothing of it is left/)
    assert.deepEqual(made(), [
      'database devcollab-staging',
      'KV namespace devcollab-staging-token-blacklist',
      'bucket devcollab-staging-avatars',
      'Worker devcollab-staging',
    ])
    return said
  })

  const secret = cloudflare.secrets.get('JWT_SECRET') ?? ''
  await steps.step(
    'It gets a secret of 48 random bytes that is shown nowhere and left in no file.',
    async () => {
      assert.equal(Buffer.from(secret, 'base64url').length, 48)
      assert.ok(!first.includes(secret))
      assert.deepEqual(
        readdirSync(temporary).filter((name) => name.startsWith('devcollab-')),
        [],
      )
    },
  )

  await steps.step(
    'The next deploy makes nothing, keeps the secret and migrates before it uploads.',
    async () => {
      cloudflare.changes.length = 0
      const { code, said } = await deploy(['staging', '--url', await worker.url()], SIGNED_IN)
      assert.equal(code, 0, said)
      assert.ok(!said.includes(secret))
      assert.deepEqual(made(), ['Worker devcollab-staging'])
      assert.equal(cloudflare.changes.at(-1), 'Worker devcollab-staging')
      assert.equal(cloudflare.secrets.get('JWT_SECRET'), secret)
    },
  )

  await steps.step('A Worker that has another secret gets the one that it lacks.', async () => {
    cloudflare.secrets.delete('JWT_SECRET')
    cloudflare.secrets.set('OTHER', 'kept')
    const { code, said } = await deploy(['staging', '--url', await worker.url()], SIGNED_IN)
    assert.equal(code, 0, said)
    assert.deepEqual([...cloudflare.secrets.keys()].sort(), ['JWT_SECRET', 'OTHER'])
  })

  await steps.step('An upload that fails is told of, and nothing is tried.', async () => {
    cloudflare.refusesUploads = true
    const said = await halted(['staging', '--url', await worker.url()], SIGNED_IN)
    assert.match(said, /The deploy failed.*What served before serves on/)
    assert.doesNotMatch(said, /Tries it/)
    cloudflare.refusesUploads = false
  })

  await steps.step('A secret that is too short is found out by the smoke test.', async () => {
    cloudflare.secrets.set('JWT_SECRET', '<random>')
    const { code, said } = await deploy(['staging', '--url', await worker.url()], SIGNED_IN)
    assert.equal(code, 1)
    assert.match(said, /500 internal_error.*JWT_SECRET/s)
  })
}

function inStaging(alter: (config: Unstable_Config) => void) {
  return (config: Unstable_Config, environment?: string) => {
    if (environment === 'staging') alter(config)
  }
}

/** Gives the first of those bindings the same in every environment. */
function all(bindings: 'd1_databases' | 'kv_namespaces' | 'r2_buckets' | 'ratelimits', same: object) {
  return (config: Unstable_Config) => Object.assign(config[bindings][0] ?? {}, same)
}

/** What was made or uploaded, in order. */
function made(): string[] {
  return cloudflare.changes.filter((change) => !change.startsWith('query '))
}

async function halted(args: string[], env: Record<string, string>): Promise<string> {
  const { code, said } = await deploy(args, env)
  assert.equal(code, 1, said)
  return said
}

/** Runs the script as an operator would whose home and whose variables hold no login but this. */
async function deploy(args: string[], env: Record<string, string>): Promise<{ code: number; said: string }> {
  const others = Object.entries(process.env).filter(([name]) => !/^(CLOUDFLARE|CF|WORKERS_CI)/.test(name))
  const child = spawn(process.execPath, ['scripts/deploy.ts', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...Object.fromEntries(others),
      HOME: directory,
      XDG_CONFIG_HOME: directory,
      TMPDIR: temporary,
      WRANGLER_CACHE_DIR: join(directory, 'cache'),
      CLOUDFLARE_API_BASE_URL: api,
      ...env,
    },
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      said += stripVTControlCharacters(text)
    })
  }
  const [code] = await once(child, 'close')
  return { code, said }
}
