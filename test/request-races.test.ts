import { describe, expect, it } from 'vitest'
import { ok, send } from './support/api.ts'
import { rows, tally, tenAtOnce } from './support/races.ts'
import { askFor, setStatus, withdraw } from './support/requests.ts'
import { ask, decide, post, postWithMember, register } from './support/world.ts'

const crowd = () => Promise.all(Array.from({ length: 10 }, () => register()))

describe('Ten requests at once', () => {
  it('of one person to one project are one request', async () => {
    const [projectId, requester] = [await post(await register()), await register()]
    const answers = await tenAtOnce(() => askFor(requester, projectId))
    expect(await tally(answers)).toEqual({ '201': 1, '409 request_exists': 9 })
    const stored = await rows('SELECT id FROM collaboration_requests WHERE project_id = ?', projectId)
    expect(stored).toEqual([{ id: (await ok(answers.find((each) => each.ok) ?? Response.error(), 201)).id }])
  })

  it('of ten people are ten requests, each answered to who made it', async () => {
    const [projectId, people] = [await post(await register()), await crowd()]
    const answers = await Promise.all(people.map(async (person) => ok(askFor(person, projectId), 201)))
    expect(answers.map(({ requester }) => requester.username)).toEqual(people.map(({ username }) => username))
    expect(new Set(answers.map(({ id }) => id)).size).toBe(10)
  })

  it('to a project that is being closed are taken or refused, and the answers are true', async () => {
    const [owner, people] = [await register(), await crowd()]
    const id = await post(owner)
    const [answers] = await Promise.all([
      tenAtOnce((n) => scheduler.wait(n).then(() => askFor(people[n] ?? owner, id))),
      scheduler
        .wait(4)
        .then(() =>
          send(`/api/projects/${id}`, { method: 'PATCH', token: owner.access, body: { isOpen: false } }),
        ),
    ])
    const { '201': taken = 0, '409 project_closed': refused = 0 } = await tally(answers)
    expect(taken + refused).toBe(10)
    expect(await rows('SELECT id FROM collaboration_requests WHERE project_id = ?', id)).toHaveLength(taken)
  })

  it('to a project that is being deleted leave nothing behind', async () => {
    const [owner, people] = [await register(), await crowd()]
    const id = await post(owner)
    const [answers] = await Promise.all([
      tenAtOnce((n) => scheduler.wait(n).then(() => askFor(people[n] ?? owner, id))),
      scheduler.wait(4).then(() => send(`/api/projects/${id}`, { method: 'DELETE', token: owner.access })),
    ])
    const { '201': taken = 0, '404 not_found': refused = 0 } = await tally(answers)
    expect(taken + refused).toBe(10)
    expect(await rows('SELECT id FROM collaboration_requests WHERE project_id = ?', id)).toEqual([])
  })
})

describe('Ten decisions at once', () => {
  it.each([
    ['acceptance', 0],
    ['rejection', 1],
  ])('have one winner, an attempt at %s being sent first', async (_, shift) => {
    const [owner, requester] = [await register(), await register()]
    const projectId = await post(owner)
    const requestId = await ask(requester, projectId)
    const wanted = (n: number) => ((n + shift) % 2 === 0 ? 'accepted' : 'rejected')
    const answers = await tenAtOnce((n) => setStatus(owner, requestId, wanted(n)))

    const [request] = await rows('SELECT status FROM collaboration_requests WHERE id = ?', requestId)
    for (const [n, answer] of answers.entries()) {
      const isWinner = wanted(n) === request?.status
      expect(await tally([answer])).toEqual(isWinner ? { '200': 1 } : { '409 request_decided': 1 })
    }
    expect(await tally(answers)).toEqual({ '200': 5, '409 request_decided': 5 })
    const project = await ok(send(`/api/projects/${projectId}`))
    const found = await ok(send(`/api/projects?collaborator=${requester.username}`))
    const members = request?.status === 'accepted' ? 1 : 0
    expect([project.collaboratorCount, project.collaborators.length, found.items.length]).toEqual(
      Array(3).fill(members),
    )
  })

  it('that agree are all told of one and the same', async () => {
    const [owner, requester] = [await register(), await register()]
    const requestId = await ask(requester, await post(owner))
    const answers = await tenAtOnce(() => setStatus(owner, requestId, 'accepted'))
    const bodies = await Promise.all(answers.map((answer) => ok(answer)))
    expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1)
  })

  it('on ten requests make ten collaborators', async () => {
    const [owner, people] = [await register(), await crowd()]
    const projectId = await post(owner)
    const ids = await Promise.all(people.map((person) => ask(person, projectId)))
    await Promise.all(ids.map((id) => decide(owner, id, 'accepted')))
    const found = people.map(({ username }) => ok(send(`/api/projects?collaborator=${username}`)))
    expect((await Promise.all(found)).map(({ items }) => items[0]?.collaboratorCount)).toEqual(
      Array(10).fill(10),
    )
  })
})

describe('Ten withdrawals at once', () => {
  it('withdraw a request once', async () => {
    const [owner, requester] = [await register(), await register()]
    const requestId = await ask(requester, await post(owner))
    const answers = await tenAtOnce(() => withdraw(requester, requestId))
    expect(await tally(answers)).toEqual({ '204': 1, '404 not_found': 9 })
  })

  it('leave a project once', async () => {
    const [owner, member] = [await register(), await register()]
    const { projectId, requestId } = await postWithMember(owner, member)
    const answers = await tenAtOnce(() => withdraw(member, requestId))
    expect(await tally(answers)).toEqual({ '204': 1, '404 not_found': 9 })
    expect((await ok(send(`/api/projects/${projectId}`))).collaboratorCount).toBe(0)
  })

  it('and acceptances end without a request, whoever was first', async () => {
    const [owner, requester] = [await register(), await register()]
    const requestId = await ask(requester, await post(owner))
    const answers = await tenAtOnce((n) =>
      n % 2 === 0 ? setStatus(owner, requestId, 'accepted') : withdraw(requester, requestId),
    )
    const { '204': withdrawn, '200': accepted = 0, '404 not_found': unknown = 0 } = await tally(answers)
    expect([withdrawn, accepted + unknown]).toEqual([1, 9])
    expect((await ok(send(`/api/projects?collaborator=${requester.username}`))).items).toEqual([])
  })

  it.each([0, 5, 10])(
    'and rejections sent %i ms before keep the request or lose it, and the answers are true',
    async (ahead) => {
      const [owner, requester] = [await register(), await register()]
      const requestId = await ask(requester, await post(owner))
      const answers = await tenAtOnce((n) =>
        n % 2 === 0
          ? setStatus(owner, requestId, 'rejected')
          : scheduler.wait(ahead).then(() => withdraw(requester, requestId)),
      )
      const isKept =
        (await rows('SELECT id FROM collaboration_requests WHERE id = ?', requestId)).length === 1
      expect(await tally(answers)).toEqual(
        isKept ? { '200': 5, '409 request_decided': 5 } : { '204': 1, '404 not_found': 9 },
      )
    },
  )
})

describe('Ten removals at once', () => {
  it('remove a collaborator once', async () => {
    const [owner, member] = [await register(), await register()]
    const { projectId } = await postWithMember(owner, member)
    const path = `/api/projects/${projectId}/collaborators/${member.username}`
    const answers = await tenAtOnce(() => send(path, { method: 'DELETE', token: owner.access }))
    expect(await tally(answers)).toEqual({ '204': 1, '404 not_found': 9 })
  })
})
