import { readdirSync } from 'node:fs'
import { join, parse } from 'node:path'
import { convertV4MiniflareOptions, Miniflare, type V4SharedOptions, type V4WorkerOptions } from 'miniflare'
import { unstable_getMiniflareWorkerOptions as readWranglerConfig } from 'wrangler'
import { wrangler } from '../scripts/wrangler.ts'

export const JWT_SECRET = 'a secret of the bench, which is on loopback and short-lived'

/** Bundles an entry, as a deploy would. */
export async function bundle(entry: string): Promise<void> {
  await wrangler('deploy', entry, '--dry-run', '--outdir', outdirOf(entry))
}

/**
 * Serves the bundles of some entries on loopback, all with the bindings of wrangler.toml and one database, which is kept
 * in `directory`. workerd itself listens: no proxy stands before it.
 */
export async function serve(entries: string[], directory: string, options: V4SharedOptions = {}) {
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: entries.map(worker),
      resourcePersistencePath: directory,
      host: '127.0.0.1',
      port: 0,
      // It would be fetched from the network.
      cf: false,
      logRequests: false,
      // The API's log is no part of the figures.
      handleStructuredLogs() {},
      ...options,
    }),
  )
  const urls = []
  for (const entry of entries) urls.push((await miniflare.unsafeGetDirectURL(parse(entry).name)).origin)
  return {
    urls,
    db: await miniflare.getD1Database('DB'),
    avatars: await miniflare.getR2Bucket('AVATARS'),
    stop: () => miniflare.dispose(),
  }
}

/** The SQLite file of the database kept in `directory`. @throws if there is none or several */
export function databaseFile(directory: string): string {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter(
    (path) => /D1DatabaseObject/.test(path) && /[0-9a-f]{64}\.sqlite$/.test(path),
  )
  const [file, ...others] = files
  if (file === undefined || others.length > 0)
    throw new Error(`${directory} holds ${files.length} databases.`)
  return join(directory, file)
}

/** An entry's bundle with the bindings and variables of wrangler.toml, and what the bench adds to them. */
function worker(entry: string): V4WorkerOptions {
  const { name } = parse(entry)
  const { modulesRules: _, ...options } = readWranglerConfig('wrangler.toml').workerOptions
  return {
    ...options,
    name,
    modules: [{ type: 'ESModule', path: join(outdirOf(entry), `${name}.js`) }],
    unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
    bindings: {
      // The type is lost on the way through wrangler's declarations.
      ...(options.bindings as V4WorkerOptions['bindings']),
      JWT_SECRET,
      RATE_LIMIT: 'off',
      // One login lasts for the whole run.
      ACCESS_TTL_SECONDS: '86400',
    },
  }
}

const outdirOf = (entry: string) => join('dist', 'bench', parse(entry).name)
