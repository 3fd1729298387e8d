import { describe, expect, it } from 'vitest'
import { problem, send } from './support/api.ts'
import { spend } from './support/limits.ts'
import { PASSWORD } from './support/secrets.ts'

const WRONG = 'not the password'
const limits = { RATE_LIMIT: 'on' }

const signIn = (email: string, ip: string) =>
  send('/api/accounts/login', {
    body: { email, password: WRONG },
    headers: { 'CF-Connecting-IP': ip },
    env: limits,
  })

describe('Limits of a network across accounts', () => {
  const answers = async (times: number, act: (i: number) => Promise<Response>) => {
    const statuses = []
    for (let i = 0; i < times; i += 1) statuses.push((await act(i)).status)
    return statuses
  }

  it('stop a login after thirty in a minute, whatever the accounts', async () => {
    await spend('LOGIN_LIMIT', '203.0.113.1', 28)
    const statuses = await answers(3, (i) => signIn(`nobody-${i}@example.com`, '203.0.113.1'))
    expect(statuses).toEqual([401, 401, 429])
    expect((await signIn('nobody@example.com', '203.0.113.2')).status).toBe(401)
  })

  it('stop a registration after ten in a minute', async () => {
    await spend('REGISTER_LIMIT', '203.0.113.3', 8)
    const statuses = await answers(3, (i) =>
      send('/api/accounts/register', {
        body: { email: `mass-${i}@example.com`, username: `mass-${i}`, password: PASSWORD },
        headers: { 'CF-Connecting-IP': '203.0.113.3' },
        env: limits,
      }),
    )
    expect(statuses).toEqual([201, 201, 429])
  })

  it('stop logins and registrations of one IPv6 /48 after a hundred and fifty in a minute, from whichever of its /64s', async () => {
    await spend('SITE_LIMIT', '2001:db8:aaaa::/48', 148)
    const login = await signIn('nobody@example.com', '2001:db8:aaaa:1::1')
    expect(login.headers.get('RateLimit-Policy')).toContain('"site";q=150;w=60')
    const body = { email: 'site@example.com', username: 'site', password: PASSWORD }
    const statuses = await answers(2, (i) =>
      send('/api/accounts/register', {
        body,
        headers: { 'CF-Connecting-IP': `2001:db8:aaaa:2${i}::1` },
        env: limits,
      }),
    )
    expect([login.status, ...statuses]).toEqual([401, 201, 429])
    expect((await signIn('nobody@example.com', '2001:db8:bbbb::1')).status).toBe(401)
  })

  it('stop a refresh after a hundred and twenty in a minute', async () => {
    await spend('REFRESH_LIMIT', '203.0.113.4', 118)
    const statuses = await answers(3, () =>
      send('/api/accounts/refresh', {
        body: { refresh: 'junk' },
        headers: { 'CF-Connecting-IP': '203.0.113.4' },
        env: limits,
      }),
    )
    expect(statuses).toEqual([401, 401, 429])
  })

  it.each([
    ['', '203.0.113.5', { 'CF-Connecting-IP': '203.0.113.5' }],
    [', where that is missing too', 'unknown', {}],
  ])('name Retry-After, and believe no header but the one of Cloudflare%s', async (_, party, told) => {
    const spoofed = (i: number) =>
      send('/api/accounts/register', {
        body: {},
        headers: {
          ...told,
          'X-Forwarded-For': `10.0.0.${i}`,
          'X-Real-IP': `10.0.1.${i}`,
          'True-Client-IP': `10.0.2.${i}`,
          Forwarded: `for=10.0.3.${i}`,
        },
        env: limits,
      })
    await spend('REGISTER_LIMIT', party, 8)
    await answers(2, spoofed)
    const answer = await spoofed(3)
    expect(answer.headers.get('Retry-After')).toBe('60')
    await problem(answer, 429, 'rate_limited')
  })
})
