import { describe, expect, it } from 'vitest'
import type { LimiterName } from '../src/env.ts'
import { ok, problem, send } from './support/api.ts'
import { counting, NO_OPERATIONS } from './support/bindings.ts'
import { call, endpointOf, newWorld } from './support/endpoints.ts'
import { broken, hanging, OWN_LIMITS } from './support/limits.ts'
import { logged } from './support/logs.ts'
import { post, register } from './support/world.ts'

const limits = { RATE_LIMIT: 'on' }

const FAIL_CLOSED: LimiterName[] = ['LOGIN_LIMIT', 'REGISTER_LIMIT', 'SITE_LIMIT', 'AVATAR_LIMIT']

describe('A limiter that is down', () => {
  it.each([
    ['does not answer', broken],
    ['is not bound', undefined],
  ])('and %s lets people read, write and ask, and says so in the log', async (_, limiter) => {
    const down: Record<string, unknown> = { READ_LIMIT: limiter, WRITE_LIMIT: limiter, ASK_LIMIT: limiter }
    const [owner, person] = [await register(), await register()]
    const projectId = await post(owner)
    const options = { token: person.access, env: { ...limits, ...down } }
    const read = await send(`/api/projects/${projectId}`, options)
    const asked = await send(`/api/projects/${projectId}/requests`, { ...options, body: { message: 'Hi!' } })
    expect([read.status, asked.status]).toEqual([200, 201])
    const told = logged.filter(({ event }) => event === 'limiter_down')
    const [readId, askedId] = [read, asked].map(({ headers }) => headers.get('X-Request-Id'))
    expect(told.map(({ limiter, requestId }) => [limiter, requestId])).toEqual([
      ['read', readId],
      ['write', askedId],
      ['ask', askedId],
    ])
    for (const line of told) expect(line).toMatchObject({ userId: person.id, message: expect.any(String) })
  })

  it.each([
    ['does not answer', broken],
    ['is not bound', undefined],
  ])('and %s lets people refresh and sign out, and says so in the log', async (_, limiter) => {
    const down: Record<string, unknown> = { REFRESH_LIMIT: limiter }
    const env = { ...limits, ...down }
    const { refresh: first } = await register()
    const { access, refresh } = await ok(send('/api/accounts/refresh', { body: { refresh: first }, env }))
    await ok(send('/api/accounts/logout', { body: { refresh }, env }), 204)
    await problem(send('/api/accounts/me', { token: access }), 401, 'unauthenticated')
    const told = logged.filter(({ event }) => event === 'limiter_down')
    expect(told.map(({ limiter }) => limiter)).toEqual(['refresh', 'refresh'])
  })

  it('is taken for that when it has not answered for a second', async () => {
    const signIn = { body: { email: 'a@b.example', password: 'x' }, env: { ...limits, LOGIN_LIMIT: hanging } }
    const startedAt = Date.now()
    await Promise.all([
      ok(send('/api/projects', { env: { ...limits, READ_LIMIT: hanging } })),
      problem(send('/api/accounts/login', signIn), 503, 'unavailable'),
    ])
    const told = logged.filter(({ event }) => event === 'limiter_down')
    expect(Date.now() - startedAt).toBeLessThan(5000)
    expect(told).toMatchObject([{ limiter: 'read', message: 'The limiter does not answer' }])
  })

  it.each(OWN_LIMITS.filter(([limiter]) => FAIL_CLOSED.includes(limiter)))(
    'and is %s lets nobody through to %s, where there is something to guess or to pay for',
    async (limiter, route) => {
      const world = await newWorld()
      for (const down of [broken, undefined]) {
        const { env, operations } = counting()
        const bindings: Record<string, unknown> = { ...env, ...limits, [limiter]: down }
        const headers = { 'CF-Connecting-IP': '2001:db8::1' }
        await problem(call(endpointOf(route), world, { headers, env: bindings }), 503, 'unavailable')
        // Where somebody is signed in, whether the session is alive.
        expect(operations).toEqual({ ...NO_OPERATIONS, d1Trips: route.includes('/me') ? 1 : 0 })
      }
    },
  )
})
