import { describe, expect, it } from 'vitest'
import { ok, send } from './support/api.ts'
import { rows, tally, tenAtOnce } from './support/races.ts'
import { PASSWORD } from './support/secrets.ts'
import { login, type Person, register } from './support/world.ts'

const signUp = (username: string, email: string) =>
  send('/api/accounts/register', { body: { username, email, password: PASSWORD } })

const refresh = (token: string) => send('/api/accounts/refresh', { body: { refresh: token } })
const logout = (token: string) => send('/api/accounts/logout', { body: { refresh: token } })

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
