import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { fieldsAtFault, ok, problem, send } from './support/api.ts'
import { type Person, register } from './support/world.ts'

const patch = (person: Person, body: Record<string, unknown>) =>
  send('/api/accounts/me', { method: 'PATCH', token: person.access, body })

describe('PATCH /api/accounts/me', () => {
  it('changes what it names and leaves the rest', async () => {
    const person = await register({ displayName: 'Grace' })
    const profile = {
      bio: 'Compilers.\nAnd more.',
      skills: ['COBOL', 'C++'],
      githubUrl: 'https://github.com/grace-h',
    }
    expect((await ok(patch(person, profile))).profile).toMatchObject({ ...profile, displayName: 'Grace' })
    expect((await ok(patch(person, { bio: '' }))).profile).toMatchObject({ ...profile, bio: '' })
    expect((await ok(patch(person, { githubUrl: null }))).profile.githubUrl).toBeNull()
  })

  it('changes nothing when it names nothing', async () => {
    const person = await register()
    const before = await ok(send('/api/accounts/me', { token: person.access }))
    expect(await ok(patch(person, {}))).toEqual(before)
  })

  it('renames the user, in the profile URL too', async () => {
    const person = await register()
    const user = await ok(patch(person, { username: 'Renamed' }))
    expect(user).toMatchObject({ username: 'Renamed', profile: { username: 'Renamed' } })
    await ok(send('/api/accounts/users/renamed'))
    await problem(send(`/api/accounts/users/${person.username}`), 404, 'not_found')
  })

  it('lets a user change the case of the own username', async () => {
    const person = await register()
    const username = person.username.toUpperCase()
    expect((await ok(patch(person, { username }))).username).toBe(username)
  })

  it('refuses the username of somebody else and keeps everything as it was', async () => {
    const [person, other] = [await register(), await register()]
    const attempt = patch(person, { username: other.username.toUpperCase(), bio: 'new' })
    expect(await fieldsAtFault(attempt, 409, 'username_taken')).toEqual(['/username'])
    expect((await ok(send('/api/accounts/me', { token: person.access }))).profile.bio).toBe('')
  })

  it('names every field that it refuses', async () => {
    const person = await register()
    const fields = await fieldsAtFault(
      patch(person, {
        username: 'me',
        displayName: 'x'.repeat(81),
        bio: 'x'.repeat(2001),
        skills: ['Go', 'Rust', 'GO', ''],
        githubUrl: 'https://github.com/a/b',
      }),
    )
    expect(fields.toSorted()).toEqual([
      '/bio',
      '/displayName',
      '/githubUrl',
      '/skills/2',
      '/skills/3',
      '/username',
    ])
  })

  it('does not change what is not for the user to change', async () => {
    const person = await register()
    const user = await ok(
      patch(person, { id: 1, email: 'x@example.com', createdAt: 'never', passwordHash: 'x', userId: 1 }),
    )
    expect(user).toMatchObject({ id: person.id, email: person.email })
  })
})

describe('GET /api/accounts/users/:username', () => {
  it('shows the profile to everybody, without the email', async () => {
    const person = await register({ displayName: 'Joan' })
    const profile = await ok(send(`/api/accounts/users/${person.username.toUpperCase()}`))
    expect(profile).toEqual({
      username: person.username,
      displayName: 'Joan',
      bio: '',
      skills: [],
      githubUrl: null,
      avatarUrl: null,
      joinedAt: expect.any(String),
    })
  })

  it('is 404 for a name that nobody has', async () => {
    await problem(send('/api/accounts/users/nobody-here'), 404, 'not_found')
  })
})

describe('The database', () => {
  it('makes a profile for every user, whoever inserts the user', async () => {
    await env.DB.prepare(
      "INSERT INTO users (email, username, password_hash, created_at) VALUES ('raw@example.com', 'raw', 'x', 1)",
    ).run()
    expect((await ok(send('/api/accounts/users/raw'))).username).toBe('raw')
  })
})
