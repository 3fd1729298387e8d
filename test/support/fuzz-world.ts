import { ok, send } from './api.ts'
import { type Endpoint, methodAndPath, newWorld, pathOf, showAvatar, type World } from './endpoints.ts'
import type { Target } from './fuzz-targets.ts'
import { describedOperations } from './openapi.ts'
import { ask, type Person, postWithMember, register } from './world.ts'

/** A request in its parts, for a twist to change. */
export interface Shot {
  method: string
  path: string
  query: [string, string][]
  token: string | undefined
  headers: Record<string, string>
  body: unknown
}

/** Everybody in a world, by their parts. */
export const PEOPLE = ['owner', 'asker', 'member', 'visitor'] as const

/** What leaves a project such that a second request of the kind meets another answer. */
const SPENDS_PROJECT = [
  'deleteProject',
  'createRequest',
  'decideRequest',
  'deleteRequest',
  'removeCollaborator',
]
/** What ends a session of somebody, or more. */
const SPENDS_PERSON = ['logout', 'logoutAll', 'endSession', 'changePassword', 'deleteMe']

/** A world that requests change as they please, and that is made whole again for those that need it so. */
export class FuzzWorld {
  now: World
  /** Somebody who has signed out. */
  readonly ended: Person
  /** Where the newest `Link` of each route leads to. */
  readonly nextPages = new Map<string, string>()
  /** How often each operation gave each status and code, as `getProject 404 not_found`. */
  readonly tally = new Map<string, number>()
  #names = 0
  /** Whether something was done to the project or its requests that cannot be done twice. */
  isProjectSpent = false
  readonly #lost = new Set<(typeof PEOPLE)[number]>()

  private constructor(world: World, ended: Person) {
    this.now = world
    this.ended = ended
  }

  static async create(): Promise<FuzzWorld> {
    const ended = await register()
    await ok(send('/api/accounts/logout', { body: { refresh: ended.refresh } }), 204)
    return new FuzzWorld(await newWorld(), ended)
  }

  /** Everybody is signed in; the project and its requests wait as they did at first where `endpoint` needs them so. */
  async mend({ route }: Endpoint, isWhole: boolean): Promise<void> {
    for (const name of this.#lost) this.now[name] = await register()
    if (this.#lost.size > 0) {
      this.isProjectSpent = true
      this.nextPages.clear()
      this.#lost.clear()
    }
    // Its owner may have uploaded another one, or none.
    if (isWhole && route.endsWith('/avatars/:key')) this.now.avatarKey = await showAvatar(this.now.visitor)
    if (!isWhole || !this.isProjectSpent || !/\/projects\/(?:requests\/)?:id/.test(route)) return
    const { owner, asker, member } = this.now
    const { projectId } = await postWithMember(owner, member)
    this.now = { ...this.now, projectId, requestId: await ask(asker, projectId) }
    this.isProjectSpent = false
  }

  /** The request that must succeed. Names in it are new: those of the world may have become too long to be built on. */
  rightShot(endpoint: Endpoint): Shot {
    const name = `fuzz-${++this.#names}`
    const { email, username } = endpoint.fields ?? {}
    const renamed = {
      ...(username && { username: name }),
      ...(email?.kind === 'form' && { email: `${name}@example.com` }),
    }
    return {
      method: methodAndPath(endpoint.route).method,
      path: pathOf(endpoint, this.now),
      query: [],
      token: endpoint.who && this.now[endpoint.who].access,
      headers: endpoint.picture ? { 'Content-Type': 'image/gif' } : {},
      body: endpoint.picture ?? (endpoint.body && { ...endpoint.body(this.now), ...renamed }),
    }
  }

  /** Takes note of what an answer did to the world. */
  async heard({ token }: Shot, { endpoint, operation }: Target, answer: Response): Promise<void> {
    const { operationId } = operation
    const caller = PEOPLE.find((name) => this.now[name].access === token)
    const isProblem = answer.headers.get('Content-Type') === 'application/problem+json'
    const isJson = answer.headers.get('Content-Type') === 'application/json'
    const text = isProblem || isJson ? await answer.text() : ''
    const body = text === '' ? {} : JSON.parse(text)
    const seen = [operationId, answer.status, ...(isProblem && text ? [body.code] : [])].join(' ')
    this.tally.set(seen, (this.tally.get(seen) ?? 0) + 1)

    const link = answer.headers.get('Link')
    // Somebody else's list is none of the caller's.
    if (link && caller === endpoint.who)
      this.nextPages.set(endpoint.route, new URL(link.slice(1, link.indexOf('>'))).href)
    if (body.code === 'token_revoked') this.#lost.add('owner')
    if (!answer.ok) return
    if (SPENDS_PROJECT.includes(operationId)) this.isProjectSpent = true
    // Who logs out does not say so by an access token.
    if (SPENDS_PERSON.includes(operationId)) this.#lost.add((endpoint.who && caller) ?? 'owner')
    // A new session pushes the oldest one out some time.
    if (operationId === 'login' || operationId === 'refresh') {
      Object.assign(this.now.owner, { access: body.access, refresh: body.refresh })
    }
    if (operationId === 'updateMe' && caller) this.now[caller].username = body.username
  }
}

/** What the document says can be answered, but for what no request brings about. */
export async function answersDescribed(): Promise<string[]> {
  const operations = await describedOperations()
  return [...operations.values()].flatMap(({ operationId, responses }) =>
    Object.entries(responses).flatMap(([status, { content = {} }]) => {
      // Limits are off, and the stores work.
      if (['429', '500', '503'].includes(status)) return []
      const problems = content['application/problem+json']
      if (!problems) return [`${operationId} ${status}`]
      return Object.keys(problems.examples ?? {}).map((code) => `${operationId} ${status} ${code}`)
    }),
  )
}
