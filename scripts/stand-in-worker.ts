import { convertV4MiniflareOptions, Miniflare, type V4WorkerOptions } from 'miniflare'
import { unstable_getMiniflareWorkerOptions as readOptions, unstable_splitSqlQuery as split } from 'wrangler'

const NAME = 'worker'
const NO_CODE = 'export default { fetch: () => new Response(null, { status: 404 }) }'

/** A Worker with the bindings of an environment, whose database is there before its code is. */
export class StandInWorker {
  #environment: string
  #directory: string
  #miniflare: Miniflare

  constructor(environment: string, directory: string) {
    this.#environment = environment
    this.#directory = directory
    this.#miniflare = new Miniflare(this.#options(NO_CODE, {}))
  }

  async url(): Promise<string> {
    return (await this.#miniflare.unsafeGetDirectURL(NAME)).origin
  }

  /** Runs statements as D1's API does, all or none. */
  async query(sql: string): Promise<unknown[]> {
    const db = await this.#miniflare.getD1Database('DB')
    return db.batch(split(sql).map((statement) => db.prepare(statement)))
  }

  /** Serves this code from now on. */
  async replace(code: string, variables: Record<string, string>): Promise<void> {
    await this.#miniflare.setOptions(this.#options(code, variables))
  }

  stop(): Promise<void> {
    return this.#miniflare.dispose()
  }

  #options(contents: string, bindings: Record<string, string>) {
    const { modulesRules: _, ...options } = readOptions('wrangler.toml', this.#environment).workerOptions
    const worker: V4WorkerOptions = {
      ...options,
      name: NAME,
      modules: [{ type: 'ESModule', path: 'index.js', contents }],
      unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
      // Those that were uploaded, and not those of .dev.vars.
      bindings,
    }
    return convertV4MiniflareOptions({
      workers: [worker],
      resourcePersistencePath: this.#directory,
      host: '127.0.0.1',
      port: 0,
      // It would be fetched from the network.
      cf: false,
      logRequests: false,
      handleStructuredLogs() {},
    })
  }
}
