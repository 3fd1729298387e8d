import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { getPlatformProxy, unstable_readConfig as readConfig } from 'wrangler'
import * as z from 'zod'
import type { Stores } from './stores.ts'

export interface Place {
  isRemote: boolean
  /** An environment of wrangler.toml. */
  environment: string | undefined
  /** Where the local stores are kept, as wrangler's own `--persist-to`. */
  persistTo: string | undefined
}

export interface OpenStores {
  stores: Stores
  close: () => Promise<void>
}

/**
 * The stores of wrangler.toml: those that `npm run dev` uses, or the deployed ones by way of wrangler's remote bindings,
 * which take the same statements with the same bound values.
 */
export async function openStores({
  isRemote,
  environment,
  persistTo = '.wrangler/state',
}: Place): Promise<OpenStores> {
  mkdirSync('.wrangler/tmp', { recursive: true })
  const directory = mkdtempSync(resolve('.wrangler/tmp/admin-'))
  const remove = () => rmSync(directory, { recursive: true, force: true })
  try {
    const configPath = join(directory, 'wrangler.json')
    writeFileSync(configPath, JSON.stringify(storesOf(environment, isRemote)))
    const platform = await getPlatformProxy<Stores & Record<string, unknown>>({
      configPath,
      remoteBindings: isRemote,
      persist: { path: resolve(persistTo, 'v3') },
    })
    return { stores: platform.env, close: () => platform.dispose().finally(remove) }
  } catch (error) {
    remove()
    throw error
  }
}

/** What is needed of the configuration. Wrangler's own type for it is lost in its declarations. */
const configuration = z.object({
  name: z.string(),
  compatibility_date: z.string(),
  account_id: z.string().optional(),
  d1_databases: z.array(
    z.object({ binding: z.string(), database_name: z.string(), database_id: z.string().optional() }),
  ),
  kv_namespaces: z.array(z.object({ binding: z.string(), id: z.string().optional() })),
  r2_buckets: z.array(z.object({ binding: z.string(), bucket_name: z.string() })),
})

/** A configuration with nothing but the stores. */
function storesOf(environment: string | undefined, isRemote: boolean): object {
  const config = configuration.parse(
    readConfig({ config: 'wrangler.toml', ...(environment && { env: environment }) }),
  )
  return isRemote ? deployed(config) : config
}

/** A deploy makes what has no id, by its name or by one that wrangler composes. So that is how it is found again. */
function deployed(config: z.output<typeof configuration>): object {
  const namespaceOf = (binding: string) => `${config.name}-${binding.toLowerCase().replaceAll('_', '-')}`
  return {
    ...config,
    d1_databases: config.d1_databases.map((bound) => ({
      ...bound,
      database_id: bound.database_id ?? databaseId(bound.database_name),
      remote: true,
    })),
    kv_namespaces: config.kv_namespaces.map((bound) => ({
      ...bound,
      id: bound.id ?? namespaceId(namespaceOf(bound.binding)),
      remote: true,
    })),
    r2_buckets: config.r2_buckets.map((bound) => ({ ...bound, remote: true })),
  }
}

const databases = z.array(z.object({ uuid: z.string(), name: z.string() }))
const namespaces = z.array(z.object({ id: z.string(), title: z.string() }))

const databaseId = (name: string) =>
  found('database', name, databases.parse(ask('d1', 'list', '--json')).find((one) => one.name === name)?.uuid)

const namespaceId = (title: string) =>
  found(
    'KV namespace',
    title,
    namespaces.parse(ask('kv', 'namespace', 'list')).find((one) => one.title === title)?.id,
  )

function found(kind: string, name: string, id: string | undefined): string {
  if (!id) throw new Error(`The account has no ${kind} named ${name}.`)
  return id
}

function ask(...args: string[]): unknown {
  const output = execFileSync(process.execPath, ['node_modules/wrangler/bin/wrangler.js', ...args], {
    encoding: 'utf8',
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: 'true' },
  })
  return JSON.parse(output)
}
