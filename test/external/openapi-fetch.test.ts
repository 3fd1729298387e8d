import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import createClient from 'openapi-fetch'
import { describe, expect, it } from 'vitest'
// Made of the document by `npm run types`.
import type { components, paths } from '../../dist/api/types.d.ts'
import worker from '../../src/index.ts'
import { ORIGIN } from '../support/api.ts'
import { PASSWORD } from '../support/secrets.ts'

type SignedIn = components['schemas']['SignedIn']

const client = (access?: string) =>
  createClient<paths>({
    baseUrl: ORIGIN,
    ...(access && { headers: { Authorization: `Bearer ${access}` } }),
    fetch: async (request) => {
      const context = createExecutionContext()
      const response = await worker.fetch(request, env, context)
      await waitOnExecutionContext(context)
      return response
    },
  })

/** What a call gave; fails, with the problem, if it was refused. */
function given<Data>({ data, error }: { data?: Data; error?: { code: string; detail: string } }): Data {
  if (data === undefined) throw new Error(`${error?.code}: ${error?.detail}`)
  return data
}

async function register(username: string): Promise<SignedIn> {
  const body = { email: `${username}@example.com`, username, password: PASSWORD }
  return given(await client().POST('/api/accounts/register', { body }))
}

describe('A client made of the document alone', () => {
  it('posts a project, and lets somebody in', async () => {
    const ada = await register('ada')
    const linus = await register('linus')
    const owner = client(ada.access)
    const asker = client(linus.access)

    const body = {
      title: 'Chess in Rust',
      description: 'An engine to learn from.',
      techStack: ['Rust', 'C++'],
      rolesNeeded: ['Designer'],
    }
    const header = { 'Idempotency-Key': crypto.randomUUID() }
    const project = given(await owner.POST('/api/projects', { params: { header }, body }))
    expect(given(await owner.POST('/api/projects', { params: { header }, body }))).toEqual(project)
    const path = { id: project.id }

    const query = { tech: ['rust', 'c++'], isOpen: true, sort: 'newest' as const, limit: 1 }
    const { items, nextCursor } = given(await client().GET('/api/projects', { params: { query } }))
    expect(items.map(({ id }) => id)).toEqual([project.id])
    expect(nextCursor).toBeNull()

    const wish = { message: 'May I draw the pieces?', role: 'Designer' }
    const request = given(await asker.POST('/api/projects/{id}/requests', { params: { path }, body: wish }))
    expect(request.requester.username).toBe('linus')

    const decision = { params: { path: { id: request.id } }, body: { status: 'accepted' as const } }
    const refused = await asker.PATCH('/api/projects/requests/{id}', decision)
    expect(refused.error?.code).toBe('forbidden')
    const accepted = given(await owner.PATCH('/api/projects/requests/{id}', decision))
    expect(accepted.status).toBe('accepted')

    const joined = given(await asker.GET('/api/projects/{id}', { params: { path } }))
    expect(joined.collaborators).toMatchObject([{ username: 'linus', role: 'Designer' }])
    expect(joined.viewer?.isCollaborator).toBe(true)
  })

  it('trades a refresh token for a pair, and logs out', async () => {
    const { refresh } = await register('grace')
    const pair = given(await client().POST('/api/accounts/refresh', { body: { refresh } }))
    expect(given(await client(pair.access).GET('/api/accounts/me')).username).toBe('grace')

    const goodbye = await client().POST('/api/accounts/logout', { body: { refresh: pair.refresh } })
    expect(goodbye.response.status).toBe(204)
    for (const spent of [pair.refresh, refresh]) {
      const { error } = await client().POST('/api/accounts/refresh', { body: { refresh: spent } })
      expect(error?.code).toBe('token_revoked')
    }
  })

  it('is told by the compiler what it may not send', async () => {
    const alan = client((await register('alan')).access)
    // @ts-expect-error: a project has a description
    const { error } = await alan.POST('/api/projects', { body: { title: 'No description' } })
    expect(error?.errors).toEqual([{ pointer: '/description', message: 'is required' }])
  })
})
