import { beforeAll, describe, expect, it } from 'vitest'
import { ok, problem, send } from './support/api.ts'
import { ATTACKS, COUNTERS, EXPIRED, forged, MISPLACED, withClaims } from './support/forgeries.ts'
import { PASSWORD } from './support/secrets.ts'
import { login, type Person, post, register } from './support/world.ts'

let victim: Person
beforeAll(async () => {
  victim = await register()
})

async function challenged(response: Response, isTokenAtFault: boolean, code = 'unauthenticated') {
  expect(response.headers.get('WWW-Authenticate')).toBe(
    `Bearer realm="DevCollab"${isTokenAtFault ? ', error="invalid_token"' : ''}`,
  )
  await problem(response, 401, code)
}

describe('an access token', () => {
  it('is accepted if it is a genuine one made by hand', async () => {
    const token = await forged(withClaims({}), victim.access)
    expect((await ok(send('/api/accounts/me', { token }))).id).toBe(victim.id)
  })

  it.each([...ATTACKS, ...MISPLACED, ...EXPIRED])('is refused %s', async (_, attack) => {
    const token = await forged(attack, victim.access)
    await challenged(await send('/api/accounts/me', { token }), true)
  })

  it.each([...ATTACKS, ...MISPLACED, ...EXPIRED])(
    'is refused on a public read too, %s',
    async (_, attack) => {
      const token = await forged(attack, victim.access)
      await challenged(await send('/api/projects', { token }), true)
    },
  )

  it('is refused if it is of 7,000 or of 100,000 characters', async () => {
    for (const length of [7_000, 100_000]) {
      const token = victim.access.replace('.', `.${'A'.repeat(length)}`)
      await challenged(await send('/api/accounts/me', { token }), true)
    }
  })

  it('is not to be had from a refresh token (RFC 8725, 3.12)', async () => {
    await challenged(await send('/api/accounts/me', { token: victim.refresh }), true)
    await challenged(await send('/api/projects', { token: victim.refresh }), true)
  })

  it('writes nothing when it is refused', async () => {
    const person = await register()
    const token = await forged(withClaims({ sid: 'unknown' }), person.access)
    const body = { title: 'Never to be seen', description: 'Nor this.' }
    await challenged(await send('/api/projects', { token, body }), true)
    expect((await ok(send(`/api/projects?owner=${person.username}`))).items).toEqual([])
  })
})

describe('POST /api/accounts/refresh', () => {
  const refresh = (token: string, path = 'refresh') =>
    send(`/api/accounts/${path}`, { body: { refresh: token } })

  it('accepts a genuine token made by hand', async () => {
    await ok(refresh(await forged(withClaims({}), (await register()).refresh)))
  })

  it.each([...ATTACKS, ...EXPIRED, ...COUNTERS])(
    'refuses a token %s, which does the session no harm',
    async (_, attack) => {
      const person = await register()
      await challenged(await refresh(await forged(attack, person.refresh)), true)
      await ok(refresh(person.refresh))
    },
  )

  it.each(MISPLACED)('refuses a token %s', async (_, attack) => {
    const person = await register()
    await challenged(await refresh(await forged(attack, person.refresh)), false, 'token_revoked')
    await ok(refresh(person.refresh))
  })

  it('refuses an access token (RFC 8725, 3.12)', async () => {
    await challenged(await refresh(victim.access), true)
  })

  it.each([...ATTACKS, ...COUNTERS])(
    'is no way to log somebody out: POST /logout refuses a token %s',
    async (_, attack) => {
      const person = await register()
      await challenged(await refresh(await forged(attack, person.refresh), 'logout'), true)
      await ok(send('/api/accounts/me', { token: person.access }))
    },
  )

  it.each(MISPLACED)(
    'is no way to log somebody out: POST /logout ends nothing for a token %s',
    async (_, attack) => {
      const person = await register()
      await refresh(await forged(attack, person.refresh), 'logout')
      await ok(send('/api/accounts/me', { token: person.access }))
    },
  )

  it('is no way to log somebody out: POST /logout refuses an access token', async () => {
    await challenged(await refresh(victim.access, 'logout'), true)
    await ok(send('/api/accounts/me', { token: victim.access }))
  })
})

describe('where a token may be', () => {
  const authorization = (value: string, path = '/api/accounts/me') =>
    send(path, { headers: { Authorization: value } })

  it.each(['Bearer', 'bearer', 'BEARER'])(
    'takes the scheme without regard to case: %s (RFC 9110, 11.1)',
    async (scheme) => {
      expect((await ok(authorization(`${scheme} ${victim.access}`))).id).toBe(victim.id)
    },
  )

  it.each([
    ['twice', (token: string) => `Bearer ${token} ${token}`],
    ['in two headers that were joined', (token: string) => `Bearer ${token}, Bearer ${token}`],
    ['behind two schemes', (token: string) => `Bearer Bearer ${token}`],
    ['followed by parameters', (token: string) => `Bearer ${token}; realm=x`],
  ])('refuses a token sent %s', async (_, value) => {
    await challenged(await authorization(value(victim.access)), true)
  })

  it.each([
    ['the scheme alone', 'Bearer'],
    ['the scheme and spaces', 'Bearer   '],
    ['an empty header', ''],
    ['the Basic scheme', `Basic ${btoa(`someone:${PASSWORD}`)}`],
    ['the Digest scheme', 'Digest username="someone"'],
  ])('asks for a token, and names none invalid, at %s (RFC 6750, 3.1)', async (_, value) => {
    for (const path of ['/api/accounts/me', '/api/projects']) {
      await challenged(await authorization(value, path), false)
    }
  })

  it('refuses a token under another scheme, or none', async () => {
    for (const scheme of ['Basic ', 'Token ', 'JWT ', 'DPoP ', 'Bearer:', 'Bearer=', '']) {
      await problem(authorization(`${scheme}${victim.access}`), 401, 'unauthenticated')
    }
  })

  it.each(['access_token', 'token', 'access', 'authorization', 'jwt'])(
    'ignores a token in the query parameter %s (RFC 6750, 2.3)',
    async (name) => {
      await challenged(await send(`/api/accounts/me?${name}=${victim.access}`), false)
    },
  )

  it.each([
    'Cookie',
    'X-Access-Token',
    'X-Authorization',
    'Proxy-Authorization',
    'X-Forwarded-Authorization',
  ])('ignores a token in the header %s', async (name) => {
    const headers = { [name]: name === 'Cookie' ? `access=${victim.access}` : `Bearer ${victim.access}` }
    await challenged(await send('/api/accounts/me', { headers }), false)
  })

  it('ignores a token in the body', async () => {
    const body = { access_token: victim.access, bio: 'Taken over' }
    await challenged(await send('/api/accounts/me', { method: 'PATCH', body }), false)
  })
})

describe('a public route', () => {
  it('uses a valid token on a read', async () => {
    const projectId = await post(victim)
    const project = await ok(send(`/api/projects/${projectId}`, { token: victim.access }))
    expect(project.viewer).toMatchObject({ isOwner: true })
    expect(await ok(send(`/api/projects/${projectId}`))).not.toHaveProperty('viewer')
  })

  it.each(['/api/projects', '/api/projects/1', '/api/accounts/users/nobody', '/api/health'])(
    'refuses a broken token on the read of %s, in its HEAD too',
    async (path) => {
      await challenged(await send(path, { token: 'a.b.c' }), true)
      expect((await send(path, { method: 'HEAD', token: 'a.b.c' })).status).toBe(401)
    },
  )

  it('refuses the token of an ended session on a read', async () => {
    const { access, refresh } = await login(victim)
    await ok(send('/api/accounts/logout', { body: { refresh } }), 204)
    await challenged(await send('/api/projects', { token: access }), true)
  })

  it('minds no broken or expired token where one signs in, refreshes and leaves', async () => {
    const person = await register()
    const expired = await forged(withClaims({ exp: 1 }), person.access)
    for (const token of ['a.b.c', expired]) {
      const credentials = { email: person.email, password: PASSWORD }
      const { refresh } = await ok(send('/api/accounts/login', { token, body: credentials }))
      const rotated = await ok(send('/api/accounts/refresh', { token, body: { refresh } }))
      await ok(send('/api/accounts/logout', { token, body: { refresh: rotated.refresh } }), 204)
    }
  })

  it('challenges wrong credentials without naming a token invalid, whatever token came along', async () => {
    const body = { email: victim.email, password: 'wrong' }
    await challenged(await send('/api/accounts/login', { body }), false, 'invalid_credentials')
    await challenged(
      await send('/api/accounts/login', { body, token: 'a.b.c' }),
      false,
      'invalid_credentials',
    )
  })
})
