import { describe, expect, it } from 'vitest'
import { ok, send } from './support/api.ts'
import { keyOf, PIXEL, shown } from './support/avatars.ts'
import { counting, NO_OPERATIONS } from './support/bindings.ts'
import { PASSWORD } from './support/secrets.ts'
import { ask, claimsOf, login, post, postWithMember, register } from './support/world.ts'

/** Sends a request through counting bindings and tells its cost. */
async function costOf(path: string, options: Parameters<typeof send>[1], status: number) {
  const { env, operations } = counting()
  const answer = await send(path, { ...options, env })
  expect(answer.status).toBe(status)
  return operations
}

const oneTrip = { ...NO_OPERATIONS, d1Trips: 1 }

describe('What a request costs', () => {
  it('is two round trips for a login, for the password is compared in between', async () => {
    const { email } = await register()
    const body = { email, password: PASSWORD }
    expect(await costOf('/api/accounts/login', { body }, 200)).toEqual({ ...oneTrip, d1Trips: 2 })
  })

  it('is two round trips for whatever needs the password again', async () => {
    const [first, second] = [await register(), await register()]
    const change = { currentPassword: PASSWORD, newPassword: `${PASSWORD}, the second` }
    const twoTrips = { ...oneTrip, d1Trips: 2, kvWrites: 1 }
    expect(await costOf('/api/accounts/me/password', { token: first.access, body: change }, 200)).toEqual(
      twoTrips,
    )
    const removal = { method: 'DELETE', token: second.access, body: { password: PASSWORD } }
    // And one after the answer, for what lies in R2.
    expect(await costOf('/api/accounts/me', removal, 204)).toEqual({ ...twoTrips, d1Trips: 3 })
  })

  it('is one round trip for whatever else changes sessions', async () => {
    const person = await register()
    const other = await login(person)
    const { sid } = claimsOf(other.refresh)
    expect(await costOf('/api/accounts/sessions', { token: person.access }, 200)).toEqual(oneTrip)
    const end = { method: 'DELETE', token: person.access }
    expect(await costOf(`/api/accounts/sessions/${sid}`, end, 204)).toEqual({ ...oneTrip, kvWrites: 1 })
    const all = { method: 'POST', token: person.access }
    expect(await costOf('/api/accounts/logout-all', all, 204)).toEqual({ ...oneTrip, kvWrites: 1 })
  })

  it('is one round trip and one KV read for a refresh, and no KV write', async () => {
    const { refresh } = await register()
    expect(await costOf('/api/accounts/refresh', { body: { refresh } }, 200)).toEqual({
      ...oneTrip,
      kvReads: 1,
    })
  })

  it('is one round trip and one KV write for a logout', async () => {
    const { refresh } = await register()
    expect(await costOf('/api/accounts/logout', { body: { refresh } }, 204)).toEqual({
      ...oneTrip,
      kvWrites: 1,
    })
    expect(await costOf('/api/accounts/logout', { body: { refresh } }, 204)).toEqual(oneTrip)
  })

  it('is two round trips, one object and one picture for an avatar, and one to find nothing to remove', async () => {
    const upload = { token: (await register()).access, method: 'PUT', body: PIXEL }
    const headers = { 'Content-Type': 'image/gif' }
    const first = { ...NO_OPERATIONS, d1Trips: 3, r2Writes: 1, pictures: 1 }
    expect(await costOf('/api/accounts/me/avatar', { ...upload, headers }, 200)).toEqual(first)
    const replaced = { ...first, d1Trips: 4, r2Deletes: 1 }
    expect(await costOf('/api/accounts/me/avatar', { ...upload, headers }, 200)).toEqual(replaced)
  })

  it('is one round trip for an avatar removed, and two to remove its object', async () => {
    const person = await register()
    await shown(person)
    const removal = { token: person.access, method: 'DELETE' }
    expect(await costOf('/api/accounts/me/avatar', removal, 204)).toEqual({
      ...NO_OPERATIONS,
      d1Trips: 3,
      r2Deletes: 1,
    })
  })

  it('is one read of R2 for an avatar, and no round trip', async () => {
    const path = `/api/accounts/avatars/${keyOf(await shown(await register()))}`
    expect(await costOf(path, {}, 200)).toEqual({ ...NO_OPERATIONS, r2Reads: 1 })
  })

  it('is nothing but one round trip for a picture that is none', async () => {
    const { access: token } = await register()
    const options = { token, method: 'PUT', body: '<svg/>', headers: { 'Content-Type': 'image/png' } }
    expect(await costOf('/api/accounts/me/avatar', options, 422)).toEqual(oneTrip)
  })

  it('is one round trip for everything else', async () => {
    const [owner, member, stranger] = [await register(), await register(), await register()]
    const { projectId, requestId } = await postWithMember(owner, member)
    const other = await post(owner)
    const [pending, withdrawn] = [await ask(stranger, projectId), await ask(stranger, other)]
    const session = await login(owner)
    const as = (person: { access: string }, method = 'GET', body?: unknown) => ({
      token: person.access,
      method,
      body,
    })
    const filters = `&tech=go&role=tester&status=planning&isOpen=true&owner=${owner.username}&collaborator=${member.username}`
    const { nextCursor } = await ok(send('/api/projects?sort=updated&limit=1'))
    const registration = { email: 'trip@example.com', username: 'trip', password: PASSWORD }
    const project = {
      title: 'One trip',
      description: 'Only one.',
      techStack: ['Go'],
      rolesNeeded: ['Tester'],
    }
    for (const [path, options, status] of [
      ['/api/health', {}, 200],
      ['/api/accounts/register', { body: registration }, 201],
      ['/api/accounts/me', as(session), 200],
      ['/api/accounts/me', as(session, 'PATCH', { username: 'one-trip', bio: 'x' }), 200],
      [`/api/accounts/users/${member.username}`, {}, 200],
      ['/api/projects', {}, 200],
      [`/api/projects?${filters}`, {}, 200],
      ...['newest', 'oldest', 'updated', 'relevance'].flatMap((sort) => [
        [`/api/projects?q=one%20trip&sort=${sort}`, {}, 200] as const,
        [`/api/projects?q=one%20trip&sort=${sort}${filters}`, {}, 200] as const,
      ]),
      ...['oldest', 'updated'].map((sort) => [`/api/projects?sort=${sort}`, {}, 200] as const),
      [`/api/projects?sort=updated&limit=1&cursor=${nextCursor}`, {}, 200],
      ['/api/projects/facets', {}, 200],
      ['/api/projects/facets', as(owner), 200],
      ['/api/projects/dashboard', as(owner), 200],
      ['/api/projects', as(owner, 'POST', project), 201],
      [`/api/projects/${projectId}`, {}, 200],
      [`/api/projects/${projectId}`, as(member), 200],
      [`/api/projects/${projectId}`, as(owner, 'PATCH', { title: 'Renamed', techStack: ['Rust'] }), 200],
      ['/api/projects/mine', as(owner), 200],
      ['/api/projects/requests/received', as(owner), 200],
      ['/api/projects/requests/sent?status=pending', as(stranger), 200],
      [`/api/projects/${projectId}/requests`, as(owner), 200],
      [`/api/projects/${other}/requests`, as(member, 'POST', { message: 'Me too' }), 201],
      [`/api/projects/requests/${pending}`, as(owner, 'PATCH', { status: 'accepted' }), 200],
      [`/api/projects/requests/${withdrawn}`, as(stranger, 'DELETE'), 204],
      [`/api/projects/${projectId}/collaborators/${member.username}`, as(owner, 'DELETE'), 204],
      [`/api/projects/${projectId}`, as(owner, 'DELETE'), 204],
    ] as const) {
      expect(await costOf(path, options, status), path).toEqual(oneTrip)
    }
    expect(requestId).toBeGreaterThan(0)
  })
})
