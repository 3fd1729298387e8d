import { describe, expect, it } from 'vitest'
import { ok, problem, send } from './support/api.ts'
import { brokenD1 } from './support/bindings.ts'

describe('GET /api/health', () => {
  it('says ok when the database answers', async () => {
    expect(await ok(send('/api/health'))).toEqual({ status: 'ok' })
  })

  it('is 503 when it does not, and says that the Worker runs', async () => {
    const { detail } = await problem(send('/api/health', { env: { DB: brokenD1 } }), 503, 'unavailable')
    expect(detail).toMatch(/^The Worker runs, but its database did not answer/)
  })
})
