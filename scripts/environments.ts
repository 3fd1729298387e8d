import { isDeepStrictEqual } from 'node:util'
import { unstable_readConfig as readConfig, type Unstable_Config } from 'wrangler'

const CONFIG = 'wrangler.toml'

/** wrangler.toml as wrangler itself resolves it for an environment, or for the top level. */
export const readEnvironment = (env?: string): Unstable_Config =>
  readConfig({ config: CONFIG, ...(env && { env }) }, { hideWarnings: true })

/** The names of the environments beside the top level. */
export const environments = (): string[] => readEnvironment().definedEnvironments ?? []

/**
 * What keeps an environment from being the top level under another name: bindings or variables that it lacks, and
 * resources that it shares with another. And what they all lack that no request would miss.
 */
export function complaints(read = readEnvironment): string[] {
  const topLevel = read()
  const top = comparable(topLevel)
  const found = unnoticed(topLevel)
  const owners = new Map<string, string>()
  for (const name of [undefined, ...environments()]) {
    const environment = name ? `env.${name}` : 'the top level'
    const config = read(name)
    const own = comparable(config)
    for (const key of new Set([...Object.keys(top), ...Object.keys(own)])) {
      if (isDeepStrictEqual(own[key], top[key])) continue
      found.push(
        `${environment} differs in ${key}: ${JSON.stringify(own[key])} and not ${JSON.stringify(top[key])}`,
      )
    }
    for (const resource of resources(config)) {
      const owner = owners.get(resource)
      if (owner) found.push(`${environment} shares the ${resource} with ${owner}`)
      owners.set(resource, environment)
    }
  }
  return found
}

function unnoticed({ triggers, observability }: Unstable_Config): string[] {
  return [
    ...(triggers.crons?.length ? [] : ['There is no cron trigger: what has expired would be kept for ever.']),
    ...(observability?.enabled ? [] : ['Observability is off: nobody would ever read the log.']),
  ]
}

/** The part of a configuration that all environments have in common. */
function comparable(config: Unstable_Config): Record<string, unknown> {
  const { name, targetEnvironment, route, routes, workers_dev, preview_urls, ...common } = config
  const comparable = {
    ...common,
    vars: Object.keys(config.vars),
    d1_databases: config.d1_databases.map(({ database_name, database_id, ...rest }) => rest),
    kv_namespaces: config.kv_namespaces.map(({ id, ...rest }) => rest),
    r2_buckets: config.r2_buckets.map(({ bucket_name, ...rest }) => rest),
    ratelimits: config.ratelimits.map(({ namespace_id, ...rest }) => rest),
  }
  // Without the prototypes that some parts lose in the parser.
  return JSON.parse(JSON.stringify(comparable))
}

function resources(config: Unstable_Config): string[] {
  return [
    `Worker ${config.name}`,
    ...config.d1_databases.map(({ database_name }) => `database ${database_name}`),
    ...config.d1_databases.flatMap(({ database_id }) => (database_id ? `database ${database_id}` : [])),
    ...config.kv_namespaces.flatMap(({ id }) => (id ? `KV namespace ${id}` : [])),
    ...config.r2_buckets.map(({ bucket_name }) => `bucket ${bucket_name}`),
    ...config.ratelimits.map(({ namespace_id }) => `rate limit namespace ${namespace_id}`),
  ]
}
