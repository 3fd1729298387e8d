import { env } from 'cloudflare:workers'
import { sign } from 'hono/jwt'
import { describe, expect, it } from 'vitest'
import { ok, problem, send } from './support/api.ts'
import { logged } from './support/logs.ts'
import { claimsOf, post, register } from './support/world.ts'

const NEW_SECRET = 'another secret for tests only, of at least 32 bytes'
const rotating = { JWT_SECRET: NEW_SECRET, JWT_SECRET_PREVIOUS: env.JWT_SECRET }
const rotated = { JWT_SECRET: NEW_SECRET }

describe('A change of JWT_SECRET', () => {
  it('lets the old tokens live while JWT_SECRET_PREVIOUS is there', async () => {
    const person = await register()
    await ok(send('/api/accounts/me', { token: person.access, env: rotating }))
    const pair = await ok(send('/api/accounts/refresh', { body: { refresh: person.refresh }, env: rotating }))
    await ok(send('/api/accounts/me', { token: pair.access, env: rotated }))
    await problem(send('/api/accounts/me', { token: pair.access }), 401, 'unauthenticated')
  })

  it('ends the old tokens when JWT_SECRET_PREVIOUS is gone', async () => {
    const person = await register()
    await problem(send('/api/accounts/me', { token: person.access, env: rotated }), 401, 'unauthenticated')
    const refresh = send('/api/accounts/refresh', { body: { refresh: person.refresh }, env: rotated })
    await problem(refresh, 401, 'unauthenticated')
  })

  it('keeps the cursors of lists good', async () => {
    const owner = await register()
    for (let i = 0; i < 3; i += 1) await post(owner)
    const path = `/api/projects?owner=${owner.username}&limit=1`
    const { nextCursor } = await ok(send(path))
    const next = (cursor: string, env: typeof rotated) => send(`${path}&cursor=${cursor}`, { env })
    const second = await ok(next(nextCursor, rotating))
    // It is signed anew, so that the walk goes on when the old secret is gone.
    expect((await ok(next(second.nextCursor, rotated))).items).toHaveLength(1)
    await problem(next(nextCursor, rotated), 400, 'invalid_cursor')
  })

  it('is over with an empty JWT_SECRET_PREVIOUS', async () => {
    const person = await register()
    const env = { ...rotated, JWT_SECRET_PREVIOUS: '' }
    await ok(send('/api/health', { env }))
    await problem(send('/api/accounts/me', { token: person.access, env }), 401, 'unauthenticated')
  })

  it('refuses a JWT_SECRET_PREVIOUS that is short', async () => {
    await problem(send('/api/health', { env: { JWT_SECRET_PREVIOUS: 'short' } }), 500, 'internal_error')
    expect(logged.at(-1)?.message).toBe('Wrong settings: JWT_SECRET_PREVIOUS: must have at least 32 bytes')
  })
})

describe('Clock skew', () => {
  const issuedIn = async (seconds: number) => {
    const claims = claimsOf((await register()).access)
    return sign({ ...claims, iat: claims.iat + seconds }, env.JWT_SECRET, 'HS256')
  }

  it('of a few seconds is tolerated', async () => {
    await ok(send('/api/accounts/me', { token: await issuedIn(4) }))
  })

  it('of a minute is not', async () => {
    await problem(send('/api/accounts/me', { token: await issuedIn(60) }), 401, 'unauthenticated')
  })
})
