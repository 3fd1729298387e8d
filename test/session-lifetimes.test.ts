import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { ok, problem, send } from './support/api.ts'
import { later } from './support/clock.ts'
import { PASSWORD } from './support/secrets.ts'
import { claimsOf, login, register } from './support/world.ts'

const DAY = 24 * 3600

const refresh = (token: string, bindings = {}) =>
  send('/api/accounts/refresh', { body: { refresh: token }, env: bindings })

describe('A session', () => {
  it('ends later for a refresh, but not past its absolute limit', async () => {
    const limits = { REFRESH_TTL_SECONDS: '100', SESSION_TTL_SECONDS: '150' }
    const body = await ok(
      send('/api/accounts/register', {
        body: { email: 'idle@example.com', username: 'idle', password: PASSWORD },
        env: limits,
      }),
      201,
    )
    const start = claimsOf(body.refresh).iat
    expect(claimsOf(body.refresh).exp).toBe(start + 100)
    const second = await later(90, () => ok(refresh(body.refresh, limits)))
    expect(claimsOf(second.refresh).exp).toBe(start + 150)
    expect(second.expiresIn).toBeLessThanOrEqual(60)
    await later(151, () => problem(refresh(second.refresh, limits), 401, 'unauthenticated'))
  })

  it('ends when its token was not used for its whole life', async () => {
    const { refresh: token } = await register()
    await later(14 * 24 * 3600 + 1, () => problem(refresh(token), 401, 'unauthenticated'))
  })

  it('has no refresh token that outlives its absolute limit, the first one included', async () => {
    const env = { REFRESH_TTL_SECONDS: '100', SESSION_TTL_SECONDS: '60' }
    const first = claimsOf((await login(await register(), {}, env)).refresh)
    expect(first.exp - first.iat).toBe(60)
  })

  it('is not refreshed past an absolute limit that was shortened since it began', async () => {
    const { refresh: token } = await register()
    const shortened = { SESSION_TTL_SECONDS: '3600' }
    await later(3601, () => problem(refresh(token, shortened), 401, 'token_revoked'))
    const pair = await later(3500, () => ok(refresh(token, shortened)))
    expect(pair.expiresIn).toBeGreaterThan(0)
    expect(pair.expiresIn).toBeLessThanOrEqual(100)
  })

  it('lives ninety days where the settings say nothing, however often it is refreshed', async () => {
    const unset = {
      ACCESS_TTL_SECONDS: undefined,
      REFRESH_TTL_SECONDS: undefined,
      SESSION_TTL_SECONDS: undefined,
    }
    let pair = await login(await register(), {}, unset)
    const [access, first] = [claimsOf(pair.access), claimsOf(pair.refresh)]
    expect([access.exp - access.iat, first.exp - first.iat]).toEqual([15 * 60, 14 * DAY])
    for (let day = 13; day < 90; day += 13) {
      pair = await later(day * DAY, () => ok(refresh(pair.refresh, unset)))
    }
    expect(claimsOf(pair.refresh).exp - first.iat).toBe(90 * DAY)
  })

  it('is over when D1 says so, whatever its tokens say', async () => {
    const person = await register()
    await env.DB.prepare('UPDATE sessions SET expires_at = ? WHERE id = ?')
      .bind(Date.now() - 1, claimsOf(person.refresh).sid)
      .run()
    await problem(send('/api/accounts/me', { token: person.access }), 401, 'unauthenticated')
    await problem(refresh(person.refresh), 401, 'token_revoked')
  })
})
