import { describe, expect, it } from 'vitest'
import { ok, send } from './support/api.ts'
import { usageOf } from './support/usage.ts'
import { postWithMember, register } from './support/world.ts'

/** What a call of each endpoint costs, costs.test.ts tells; here is what must not depend on how it is called. */
describe('A read', () => {
  it('is one round trip to D1, whatever is asked for, in whatever order, on whatever page', async () => {
    const [owner, member] = [await register(), await register()]
    const { projectId } = await postWithMember(owner, member)
    await postWithMember(owner, member)
    const filters = `&tech=go&role=tester&status=planning&isOpen=true&owner=${owner.username}&collaborator=${member.username}`
    const { nextCursor } = await ok(send('/api/projects?sort=updated&limit=1'))
    for (const path of [
      `/api/projects?${filters}`,
      ...['oldest', 'updated'].map((sort) => `/api/projects?sort=${sort}`),
      ...['newest', 'oldest', 'updated', 'relevance'].flatMap((sort) => [
        `/api/projects?q=project&sort=${sort}`,
        `/api/projects?q=project&sort=${sort}${filters}`,
      ]),
      `/api/projects?sort=updated&limit=1&cursor=${nextCursor}`,
      '/api/projects/facets',
      `/api/projects/${projectId}`,
      '/api/projects/requests/sent?status=pending',
    ]) {
      const usage = await usageOf(200, (env) => send(path, { token: member.access, env }))
      expect(usage, path).toMatchObject({ d1Trips: 1, d1RowsWritten: 0, kvReads: 0, kvWrites: 0 })
    }
  })
})

describe('A write that a constraint refuses', () => {
  it('is one round trip too: whether the session is alive is not asked again', async () => {
    const [person, { username }] = [await register(), await register()]
    const options = { method: 'PATCH', token: person.access, body: { username } }
    const usage = await usageOf(409, (env) => send('/api/accounts/me', { ...options, env }))
    expect(usage).toMatchObject({ d1Trips: 1 })
  })
})

describe('A logout', () => {
  it('writes to KV once, however often it is sent', async () => {
    const { refresh } = await register()
    const logout = () => usageOf(204, (env) => send('/api/accounts/logout', { body: { refresh }, env }))
    expect(await logout()).toMatchObject({ d1Trips: 1, kvWrites: 1 })
    expect(await logout()).toMatchObject({ d1Trips: 1, kvWrites: 0 })
  })
})
