import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { ok, send } from './support/api.ts'
import { PASSWORD } from './support/secrets.ts'
import { ask, decide, login, type Person, post, postWithMember, register } from './support/world.ts'

/** Sends ten requests, the n-th made by `make`, before the first is answered. */
const tenAtOnce = (make: (n: number) => Promise<Response>) =>
  Promise.all(Array.from({ length: 10 }, (_, n) => make(n)))

/** How often each answer was given: `{ '201': 1, '409 request_exists': 9 }`. */
async function tally(responses: Response[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const response of responses) {
    const text = await response.clone().text()
    const { code } = response.ok || !text ? { code: '' } : JSON.parse(text)
    const name = `${response.status} ${code}`.trim()
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

const rows = async (query: string, ...values: unknown[]) =>
  (
    await env.DB.prepare(query)
      .bind(...values)
      .all<Record<string, unknown>>()
  ).results

const crowd = () => Promise.all(Array.from({ length: 10 }, () => register()))

const signUp = (username: string, email: string) =>
  send('/api/accounts/register', { body: { username, email, password: PASSWORD } })

const refresh = (token: string) => send('/api/accounts/refresh', { body: { refresh: token } })
const logout = (token: string) => send('/api/accounts/logout', { body: { refresh: token } })

const askFor = (requester: Person, projectId: number) =>
  send(`/api/projects/${projectId}/requests`, { token: requester.access, body: { message: 'Let me in!' } })

const setStatus = (owner: Person, requestId: number, status: string) =>
  send(`/api/projects/requests/${requestId}`, { method: 'PATCH', token: owner.access, body: { status } })

const withdraw = (requester: Person, requestId: number) =>
  send(`/api/projects/requests/${requestId}`, { method: 'DELETE', token: requester.access })

/** The counter of a person's only session, as D1 has it. */
const countersOf = async ({ id }: Person) =>
  (await rows('SELECT counter FROM sessions WHERE user_id = ?', id)).map(({ counter }) => counter)

describe('Ten registrations at once', () => {
  it('give an email to one user', async () => {
    const answers = await tenAtOnce((n) => signUp(`same-email-${n}`, 'race@example.com'))
    expect(await tally(answers)).toEqual({ '201': 1, '409 email_taken': 9 })
    expect(await rows('SELECT id FROM users WHERE email = ?', 'race@example.com')).toHaveLength(1)
  })

  it('give an email to one user, whatever its case', async () => {
    const cased = (n: number) =>
      [...'cased@example.com'].map((each, at) => (at === n ? each.toUpperCase() : each))
    const answers = await tenAtOnce((n) => signUp(`cased-email-${n}`, cased(n).join('')))
    expect(await tally(answers)).toEqual({ '201': 1, '409 email_taken': 9 })
    const users = await rows("SELECT id FROM users WHERE lower(email) = 'cased@example.com'")
    expect(users).toHaveLength(1)
  })

  it('give a username to one user, whatever its case', async () => {
    const cased = (n: number) =>
      [...'same-username'].map((each, at) => (at === n ? each.toUpperCase() : each))
    const answers = await tenAtOnce((n) => signUp(cased(n).join(''), `same-username-${n}@example.com`))
    expect(await tally(answers)).toEqual({ '201': 1, '409 username_taken': 9 })
    expect(await rows("SELECT id FROM users WHERE lower(username) = 'same-username'")).toHaveLength(1)
  })

  it('leave no profile and no session of those refused', async () => {
    const before = await rows(
      'SELECT (SELECT count(*) FROM profiles) AS p, (SELECT count(*) FROM sessions) AS s',
    )
    await tenAtOnce((n) => signUp(`leftover-${n}`, 'leftover@example.com'))
    const after = await rows(
      'SELECT (SELECT count(*) FROM profiles) - 1 AS p, (SELECT count(*) FROM sessions) - 1 AS s',
    )
    expect(after).toEqual(before)
  })

  it('sign in the one who won, and as that one', async () => {
    const answers = await tenAtOnce((n) => signUp(`winner-${n}`, 'winner@example.com'))
    const won = answers.filter((answer) => answer.ok)
    const { user, access } = await ok(won[0] ?? Response.error(), 201)
    expect(await ok(send('/api/accounts/me', { token: access }))).toEqual(user)
  })

  it('of different people give each their own account', async () => {
    const answers = await tenAtOnce((n) => signUp(`different-${n}`, `different-${n}@example.com`))
    const made = await Promise.all(answers.map((answer) => ok(answer, 201)))
    const names = await Promise.all(made.map(({ access }) => ok(send('/api/accounts/me', { token: access }))))
    expect(names.map(({ username }) => username)).toEqual(made.map((_, n) => `different-${n}`))
  })
})

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

describe('Ten refreshes at once', () => {
  it('give everybody a pair and rotate once', async () => {
    const person = await register()
    const answers = await tenAtOnce(() => refresh(person.refresh))
    expect(await tally(answers)).toEqual({ '200': 10 })
    expect(await countersOf(person)).toEqual([1])
  })

  it('give access tokens that all work', async () => {
    const person = await register()
    const answers = await tenAtOnce(() => refresh(person.refresh))
    const pairs = await Promise.all(answers.map((answer) => ok(answer)))
    const reads = await tenAtOnce((n) => send('/api/accounts/me', { token: pairs[n].access }))
    expect(await tally(reads)).toEqual({ '200': 10 })
  })

  it('give refresh tokens that all work, one after the other', async () => {
    const person = await register()
    const answers = await tenAtOnce(() => refresh(person.refresh))
    for (const answer of answers) await ok(refresh((await ok(answer)).refresh))
    expect(await countersOf(person)).toEqual([2])
  })

  it('rotate once again when all that they gave are spent at once', async () => {
    const person = await register()
    const answers = await tenAtOnce(() => refresh(person.refresh))
    const pairs = await Promise.all(answers.map((answer) => ok(answer)))
    expect(await tally(await tenAtOnce((n) => refresh(pairs[n].refresh)))).toEqual({ '200': 10 })
    expect(await countersOf(person)).toEqual([2])
  })

  it('fork no session', async () => {
    const person = await register()
    await tenAtOnce(() => refresh(person.refresh))
    expect(await countersOf(person)).toHaveLength(1)
  })

  it('of ten sessions rotate each of them once', async () => {
    const person = await register()
    const sessions = await Promise.all(Array.from({ length: 9 }, () => login(person)))
    const answers = await tenAtOnce((n) => refresh((sessions[n] ?? person).refresh))
    expect(await tally(answers)).toEqual({ '200': 10 })
    expect(await countersOf(person)).toEqual(Array(10).fill(1))
  })
})

describe('A logout among ten refreshes', () => {
  it.each([0, 4, 10])('ends every token there is when it is sent as number %i', async (place) => {
    const person = await register()
    const sent = Array.from({ length: 10 }, () => refresh).toSpliced(place, 0, logout)
    const answers = await Promise.all(sent.map((each) => each(person.refresh)))
    const { '204': ended, '200': refreshed = 0, '401 token_revoked': refused = 0 } = await tally(answers)
    expect([ended, refreshed + refused]).toEqual([1, 10])

    const pairs = await Promise.all(
      answers.filter(({ status }) => status === 200).map((answer) => ok(answer)),
    )
    const all = [person, ...pairs]
    const spent = await Promise.all(all.map((pair) => refresh(pair.refresh)))
    const reads = await Promise.all(all.map((pair) => send('/api/accounts/me', { token: pair.access })))
    expect(await tally(spent)).toEqual({ '401 token_revoked': all.length })
    expect(await tally(reads)).toEqual({ '401 unauthenticated': all.length })
  })

  it('leaves the other sessions alone', async () => {
    const person = await register()
    const other = await login(person)
    await tenAtOnce((n) => (n === 5 ? logout(person.refresh) : refresh(person.refresh)))
    expect(await tally(await tenAtOnce(() => refresh(other.refresh)))).toEqual({ '200': 10 })
  })
})

describe('Ten logouts at once', () => {
  it('are all fine', async () => {
    const person = await register()
    expect(await tally(await tenAtOnce(() => logout(person.refresh)))).toEqual({ '204': 10 })
  })
})
