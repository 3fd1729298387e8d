import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { type Context, Hono } from 'hono'
import * as z from 'zod'
import type { StandInWorker } from './stand-in-worker.ts'

const BASE = '/client/v4'
const NAMESPACE_ID = '0123456789abcdef0123456789abcdef'
/** Of Cloudflare's errors, those that wrangler tells apart. */
const WORKER_NOT_FOUND = 10007
const NOT_FOUND = 10006
const TOO_LARGE = 10027

const metadataSchema = z.object({
  main_module: z.string(),
  bindings: z.array(z.looseObject({ name: z.string(), type: z.string(), text: z.string().optional() })),
})

type Binding = z.output<typeof metadataSchema>['bindings'][number]

/**
 * So much of Cloudflare's API as wrangler needs to deploy one Worker, on loopback. Its D1 is a real one and what is
 * uploaded is served, so that a whole deploy can be tried without an account.
 */
export class StandInCloudflare {
  /** What was asked for that changes something, in order. */
  readonly changes: string[] = []
  readonly secrets = new Map<string, string>()
  accounts = [{ id: 'account', name: 'Somebody' }]
  /** A statement that this fits fails, as one that is wrong would. */
  brokenSql: RegExp | undefined
  /** Whether uploads fail, as one of too much code would. */
  refusesUploads = false
  /** The account has one already that is another Worker's. */
  #databases = [databaseOf('of-another-worker', 0)]
  /** Of what is uploaded, or undefined while nothing is. */
  #bindings: Binding[] | undefined
  #worker: StandInWorker
  #server = createServer()

  constructor(worker: StandInWorker) {
    this.#worker = worker
  }

  /** @returns the base URL of the API */
  async listen(): Promise<string> {
    const api = new Hono().route(BASE, this.#identity()).route(`${BASE}/accounts/account`, this.#account())
    api.notFound((c) => c.json(failure(NOT_FOUND, `There is no ${c.req.method} ${c.req.path}.`), 404))
    this.#server.on('request', async (request, response) => {
      const answer = await api.fetch(await toRequest(request))
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text())
    })
    await once(this.#server.listen(0, '127.0.0.1'), 'listening')
    return `http://127.0.0.1:${Object(this.#server.address()).port}${BASE}`
  }

  stop(): void {
    this.#server.close()
  }

  #identity(): Hono {
    return new Hono()
      .get('/user/tokens/verify', (c) => c.json(result({ id: 'token', status: 'active' })))
      .get('/user', (c) => c.json(result({ id: 'user', email: 'somebody@example.com' })))
      .get('/accounts', (c) => c.json(result(this.accounts)))
      .get('/memberships', (c) =>
        c.json(result(this.accounts.map((account) => ({ id: account.id, account })))),
      )
  }

  #account(): Hono {
    const script = '/workers/scripts/:name'
    return new Hono()
      .get('/d1/database', (c) => c.json(result(this.#databases)))
      .post('/d1/database', async (c) => {
        const { name } = await c.req.json()
        this.changes.push(`database ${name}`)
        const database = databaseOf(name, this.#databases.length)
        this.#databases.push(database)
        return c.json(result(database))
      })
      .get('/d1/database/:which', (c) => {
        const which = c.req.param('which')
        const found = this.#databases.find(({ name, uuid }) => name === which || uuid === which)
        return found ? c.json(result(found)) : c.json(failure(NOT_FOUND, 'There is no such database.'), 404)
      })
      .post('/d1/database/:id/query', (c) => this.#query(c))
      .get('/storage/kv/namespaces', (c) => c.json(result([])))
      .post('/storage/kv/namespaces', async (c) => {
        const { title } = await c.req.json()
        this.changes.push(`KV namespace ${title}`)
        return c.json(result({ id: NAMESPACE_ID, title }))
      })
      .get('/r2/buckets', (c) => c.json(result({ buckets: [] })))
      .post('/r2/buckets', async (c) => {
        const { name } = await c.req.json()
        this.changes.push(`bucket ${name}`)
        return c.json(result({ name }))
      })
      .get('/workers/subdomain', (c) => c.json(result({ subdomain: 'somebody' })))
      .get('/workers/workers/:name', (c) => c.json(result({ subdomain: { enabled: true } })))
      .get('/workers/services/:name', (c) => this.#ofWorker(c, { default_environment: { script: {} } }))
      .get(`${script}/deployments`, (c) => this.#ofWorker(c, { deployments: [] }))
      .get(`${script}/settings`, (c) => this.#ofWorker(c, { bindings: this.#bindings }))
      .get(`${script}/secrets`, (c) =>
        this.#ofWorker(
          c,
          [...this.secrets.keys()].map((name) => ({ name })),
        ),
      )
      .patch(`${script}/script-settings`, (c) => c.json(result({})))
      .post(`${script}/subdomain`, (c) => c.json(result({ enabled: true })))
      .put(`${script}/schedules`, (c) => c.json(result({ schedules: [] })))
      .post(`${script}/assets-upload-session`, (c) => c.json(result({ jwt: 'All are there.', buckets: [] })))
      .put(script, (c) => this.#upload(c))
  }

  #ofWorker(c: Context, value: unknown): Response {
    if (this.#bindings) return c.json(result(value))
    return c.json(failure(WORKER_NOT_FOUND, 'This Worker does not exist.'), 404)
  }

  async #query(c: Context): Promise<Response> {
    const { sql } = await c.req.json()
    this.changes.push(`query ${sql}`)
    if (this.brokenSql?.test(sql)) return c.json(failure(7500, 'That statement is broken.'), 400)
    return c.json(result(await this.#worker.query(sql)))
  }

  async #upload(c: Context): Promise<Response> {
    if (this.refusesUploads) return c.json(failure(TOO_LARGE, 'That is too much code.'), 400)
    const name = c.req.param('name')
    this.changes.push(`Worker ${name}`)
    const form = await c.req.formData()
    const { main_module, bindings } = metadataSchema.parse(JSON.parse(String(form.get('metadata'))))
    const variables: Record<string, string> = {}
    for (const { name, type, text = '' } of bindings) {
      if (type === 'secret_text') this.secrets.set(name, text)
      if (type === 'plain_text') variables[name] = text
    }
    const kept = (this.#bindings ?? []).filter((old) =>
      bindings.every((binding) => binding.name !== old.name || binding.type === 'inherit'),
    )
    this.#bindings = [...kept, ...bindings.filter(({ type }) => type !== 'inherit')]
    const code = form.get(main_module)
    await this.#worker.replace(code instanceof File ? await code.text() : String(code), {
      ...variables,
      ...Object.fromEntries(this.secrets),
    })
    return c.json(result({ id: name }))
  }
}

async function toRequest(request: IncomingMessage): Promise<Request> {
  const body = await request.toArray()
  return new Request(new URL(request.url ?? '/', 'http://localhost'), {
    method: request.method ?? 'GET',
    headers: Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    ...(body.length > 0 && { body: Buffer.concat(body) }),
  })
}

const databaseOf = (name: string, number: number) => ({
  name,
  uuid: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
})
const result = (value: unknown) => ({ success: true, errors: [], messages: [], result: value })
const failure = (code: number, message: string) => ({
  success: false,
  errors: [{ code, message }],
  messages: [],
  result: null,
})
