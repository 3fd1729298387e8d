import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { type Send, send } from './support/api.ts'
import { onTrip } from './support/bindings.ts'
import { later } from './support/clock.ts'
import { logged } from './support/logs.ts'
import { PASSWORD } from './support/secrets.ts'
import { claimsOf, login, type Person, post, register } from './support/world.ts'

/** The lines that a request wrote, its own last, without their request id, which must be the one of the answer. */
async function linesOf(act: Promise<Response>) {
  const before = logged.length
  const requestId = (await act).headers.get('X-Request-Id')
  return logged.slice(before).map(({ requestId: id, ...line }) => {
    expect(id).toBe(requestId)
    return line
  })
}

const ITS_OWN = expect.objectContaining({ level: 'info', event: 'request' })

const about = (person: Person) => ({ userId: person.id, sessionId: claimsOf(person.refresh).sid })
const refresh = (token: string) => send('/api/accounts/refresh', { body: { refresh: token } })

describe('The audit log (ASVS 16.3)', () => {
  it('tells of registrations and sign-ins', async () => {
    const person = await register()
    expect(logged).toContainEqual(
      expect.objectContaining({ level: 'info', event: 'registered', ...about(person) }),
    )
    const again = await login(person)
    expect(logged).toContainEqual(
      expect.objectContaining({ level: 'info', event: 'signed_in', ...about(again) }),
    )
  })

  it('tells of failed sign-ins, with the user if there is one and never the email', async () => {
    const person = await register()
    const attempt = (email: string) => send('/api/accounts/login', { body: { email, password: 'wrong' } })
    const refused = {
      level: 'warn',
      event: 'request',
      method: 'POST',
      route: '/api/accounts/login',
      code: 'invalid_credentials',
    }
    expect(await linesOf(attempt(person.email))).toEqual([
      { level: 'warn', event: 'sign_in_failed', userId: person.id },
      expect.objectContaining(refused),
    ])
    expect(await linesOf(attempt('unknown@example.com'))).toEqual([
      { level: 'warn', event: 'sign_in_failed' },
      expect.objectContaining(refused),
    ])
    expect(JSON.stringify(logged)).not.toContain('@example.com')
  })

  it('tells of refreshes and of a token used again', async () => {
    const person = await register()
    expect(await linesOf(refresh(person.refresh))).toEqual([
      { level: 'info', event: 'refreshed', ...about(person) },
      ITS_OWN,
    ])
    const lines = await later(11, () => linesOf(refresh(person.refresh)))
    expect(lines[0]).toEqual({ level: 'warn', event: 'refresh_reused', ...about(person) })
    expect(lines[1]).toMatchObject({ event: 'request', code: 'token_revoked', ...about(person) })
  })

  it('tells of every way to end a session', async () => {
    const person = await register()
    const [second, third] = [await login(person), await login(person)]
    const as = (who: Person, method: string, body?: unknown) => ({ method, token: who.access, body })
    const { sessionId } = about(second)
    expect(await linesOf(send(`/api/accounts/sessions/${sessionId}`, as(person, 'DELETE')))).toEqual([
      { level: 'info', event: 'session_ended', ...about(second) },
      expect.objectContaining({ event: 'request', ...about(person) }),
    ])
    expect(await linesOf(send('/api/accounts/logout', { body: { refresh: third.refresh } }))).toEqual([
      { level: 'info', event: 'signed_out', ...about(third) },
      ITS_OWN,
    ])
    expect(await linesOf(send('/api/accounts/logout-all', as(person, 'POST')))).toEqual([
      { level: 'info', event: 'signed_out_everywhere', ...about(person) },
      ITS_OWN,
    ])
  })

  it('tells of a changed password and of a deleted account', async () => {
    const person = await register()
    const body = { currentPassword: PASSWORD, newPassword: PASSWORD }
    const change = send('/api/accounts/me/password', { token: person.access, body })
    expect(await linesOf(change)).toEqual([
      { level: 'info', event: 'password_changed', ...about(person) },
      ITS_OWN,
    ])
    const again = await login(person)
    const removal = send('/api/accounts/me', {
      method: 'DELETE',
      token: again.access,
      body: { password: PASSWORD },
    })
    expect(await linesOf(removal)).toEqual([
      { level: 'info', event: 'account_deleted', ...about(again) },
      ITS_OWN,
    ])
  })

  it('tells of nothing that D1 has not done', async () => {
    const person = await register()
    const { access: token, refresh: spent } = person
    const [email, password] = [person.email, PASSWORD]
    const change = { currentPassword: PASSWORD, newPassword: PASSWORD }
    // The trip to D1 that does it.
    const attempts: [string, number, Send][] = [
      ['register', 1, { body: { email: 'new@example.com', username: 'new-one', password } }],
      ['login', 2, { body: { email, password } }],
      ['refresh', 1, { body: { refresh: spent } }],
      ['logout', 1, { body: { refresh: spent } }],
      ['logout-all', 1, { method: 'POST', token }],
      [`sessions/${claimsOf(spent).sid}`, 1, { method: 'DELETE', token }],
      ['me/password', 2, { token, body: change }],
      ['me', 2, { method: 'DELETE', token, body: { password } }],
    ]
    for (const [path, failing, options] of attempts) {
      const DB = onTrip(env.DB, (trip) => {
        if (trip === failing) throw new Error('D1_ERROR: Network connection lost.')
      })
      const lines = await linesOf(send(`/api/accounts/${path}`, { ...options, env: { DB } }))
      expect(lines, path).toEqual([expect.objectContaining({ event: 'request', status: 503 })])
    }
  })

  it('tells of refusals, with the user where there is one', async () => {
    const [owner, stranger] = [await register(), await register()]
    const id = await post(owner)
    const edit = { method: 'PATCH', body: { title: 'Mine now' } }
    const route = '/api/projects/:id'
    expect(await linesOf(send(`/api/projects/${id}`, { ...edit, token: stranger.access }))).toEqual([
      expect.objectContaining({
        level: 'warn',
        event: 'request',
        method: 'PATCH',
        route,
        code: 'forbidden',
        ...about(stranger),
      }),
    ])
    expect(await linesOf(send(`/api/projects/${id}`, edit))).toEqual([
      expect.objectContaining({
        level: 'warn',
        event: 'request',
        method: 'PATCH',
        route,
        code: 'unauthenticated',
      }),
    ])
  })
})
