import { describe, expect, it } from 'vitest'
import { ok, problem, send } from './support/api.ts'
import { brokenD1 } from './support/bindings.ts'
import { register } from './support/world.ts'

describe('GET /api/health', () => {
  it('says ok when the database answers', async () => {
    expect(await ok(send('/api/health'))).toEqual({ status: 'ok' })
  })

  it('is 503 when it does not, and says that the Worker runs', async () => {
    const { detail } = await problem(send('/api/health', { env: { DB: brokenD1 } }), 503, 'unavailable')
    expect(detail).toMatch(/^The Worker runs, but its database did not answer/)
  })

  it('is 401, not down, to the token of an ended session', async () => {
    const { access, refresh } = await register()
    await ok(send('/api/accounts/logout', { body: { refresh } }), 204)
    await problem(send('/api/health', { token: access }), 401, 'unauthenticated')
  })
})
