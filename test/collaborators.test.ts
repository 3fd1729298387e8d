import { describe, expect, it } from 'vitest'
import { MAX_COLLABORATORS } from '../src/projects/requests.queries.ts'
import { ok, problem, send } from './support/api.ts'
import { recording } from './support/bindings.ts'
import { insertRequests, insertUser } from './support/by-sql.ts'
import { faultsOf } from './support/query-plans.ts'
import { ask, decide, type Person, post, register } from './support/world.ts'

const setStatus = (owner: Person, requestId: number, status: string, DB?: D1Database) =>
  send(`/api/projects/requests/${requestId}`, {
    method: 'PATCH',
    token: owner.access,
    body: { status },
    ...(DB && { env: { DB } }),
  })

const read = (id: number, viewer?: Person) => ok(send(`/api/projects/${id}`, { token: viewer?.access }))

/** A project with so many collaborators who joined it by SQL, and with somebody who has asked to. */
async function joinedBy(people: number) {
  const [owner, asker] = [await register(), await register()]
  const projectId = await post(owner)
  await join(projectId, people)
  return { owner, asker, projectId, requestId: await ask(asker, projectId) }
}

async function join(projectId: number, people: number) {
  const rows = []
  for (let i = 0; i < people; i++) {
    rows.push({ projectId, requesterId: (await insertUser()).id, status: 'accepted' as const })
  }
  await insertRequests(rows)
}

describe('A project', () => {
  it('takes a hundred collaborators and not one more, who may ask all the same and go on waiting', async () => {
    const { owner, projectId, requestId } = await joinedBy(MAX_COLLABORATORS - 1)
    await decide(owner, requestId, 'accepted')
    const late = await register()
    const lateId = await ask(late, projectId)
    await problem(setStatus(owner, lateId, 'accepted'), 409, 'project_full')
    const { collaboratorCount, collaborators, viewer } = await read(projectId, late)
    expect([collaboratorCount, collaborators.length]).toEqual([100, 100])
    expect(viewer).toEqual({
      isOwner: false,
      isCollaborator: false,
      request: { id: lateId, status: 'pending' },
    })
    await ok(send(`/api/projects/requests/${lateId}`, { method: 'DELETE', token: late.access }), 204)
  })

  it('that is full still lets requests be rejected, and what is decided be decided again', async () => {
    const { owner, asker, projectId, requestId } = await joinedBy(MAX_COLLABORATORS - 1)
    const accepted = await decide(owner, requestId, 'accepted')
    expect(await ok(setStatus(owner, requestId, 'accepted'))).toEqual(accepted)
    const lateId = await ask(await register(), projectId)
    expect((await decide(owner, lateId, 'rejected')).status).toBe('rejected')
    await problem(setStatus(owner, lateId, 'accepted'), 409, 'request_decided')
    await problem(setStatus(asker, lateId, 'accepted'), 403, 'forbidden')
  })

  it('has room again when somebody leaves or is removed', async () => {
    const { owner, asker, projectId, requestId } = await joinedBy(MAX_COLLABORATORS - 1)
    await decide(owner, requestId, 'accepted')
    const [second, third] = [await register(), await register()]
    const [secondId, thirdId] = [await ask(second, projectId), await ask(third, projectId)]
    await problem(setStatus(owner, secondId, 'accepted'), 409, 'project_full')
    await ok(send(`/api/projects/requests/${requestId}`, { method: 'DELETE', token: asker.access }), 204)
    await decide(owner, secondId, 'accepted')
    await problem(setStatus(owner, thirdId, 'accepted'), 409, 'project_full')
    const path = `/api/projects/${projectId}/collaborators/${second.username}`
    await ok(send(path, { method: 'DELETE', token: owner.access }), 204)
    await decide(owner, thirdId, 'accepted')
    expect((await read(projectId)).collaboratorCount).toBe(MAX_COLLABORATORS)
  })

  it('gives its last place once, however many are accepted at once', async () => {
    const { owner, projectId, requestId } = await joinedBy(MAX_COLLABORATORS - 1)
    const others = await Promise.all(Array.from({ length: 5 }, async () => ask(await register(), projectId)))
    const answers = await Promise.all([requestId, ...others].map((id) => setStatus(owner, id, 'accepted')))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409, 409])
    expect((await read(projectId)).collaborators).toHaveLength(MAX_COLLABORATORS)
  })

  it('has room of its own, whatever other projects of its owner have', async () => {
    const { owner } = await joinedBy(MAX_COLLABORATORS)
    const id = await ask(await register(), await post(owner))
    expect((await decide(owner, id, 'accepted')).status).toBe('accepted')
  })
})

describe('What collaborators cost', () => {
  /** The rows that each statement reads, the guard's first. */
  const rowsOf = async (request: (db: D1Database) => Promise<Response>) => {
    const { db, sent, results } = recording()
    await (await request(db)).arrayBuffer()
    expect((await Promise.all(sent.map(faultsOf))).flat()).toEqual([])
    return results.map(({ meta }) => meta.rows_read)
  }

  it.each([1, 3, MAX_COLLABORATORS])(
    'is, of %i, two rows read for each when one more is accepted',
    async (people) => {
      const { owner, requestId } = await joinedBy(people)
      const [, rejecting = 0] = await rowsOf((db) => setStatus(owner, requestId, 'rejected', db))
      const full = await joinedBy(people)
      const [, accepting = 0] = await rowsOf((db) => setStatus(full.owner, full.requestId, 'accepted', db))
      // Who is accepted is put into the search index, together with all who are there.
      expect(accepting - rejecting).toBeLessThanOrEqual(2 * people + 5)
    },
  )

  it('is bounded for whoever reads a full project', async () => {
    const { projectId } = await joinedBy(MAX_COLLABORATORS)
    const rows = await rowsOf((DB) => send(`/api/projects/${projectId}`, { env: { DB } }))
    expect(rows.reduce((sum, read) => sum + read, 0)).toBeLessThanOrEqual(4 * MAX_COLLABORATORS + 10)
  })
})
