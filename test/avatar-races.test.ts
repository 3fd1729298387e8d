import corpus from 'virtual:pictures'
import { describe, expect, it } from 'vitest'
import { ok, send } from './support/api.ts'
import {
  avatarUrlOf,
  bytesOf,
  expectNoOrphans,
  keyOf,
  keysShown,
  pixelsAt,
  removeAvatar,
  shown,
  upload,
} from './support/avatars.ts'
import { PASSWORD } from './support/secrets.ts'
import { login, type Person, register } from './support/world.ts'

const PNG = bytesOf(corpus.pictures[0]?.base64 ?? '')
const deleteAccount = (person: Person) =>
  send('/api/accounts/me', { method: 'DELETE', token: person.access, body: { password: PASSWORD } })

describe('At once', () => {
  it('ten uploads of one user leave the object of one of them, whose URL all have been told', async () => {
    const person = await register()
    const before = await keysShown()
    const answers = await Promise.all(Array.from({ length: 10 }, () => upload(person, PNG)))
    const urls = await Promise.all(answers.map(async (answer) => (await ok(answer)).profile.avatarUrl))
    expect(new Set(urls).size).toBe(10)
    const url = await avatarUrlOf(person)
    expect(urls).toContain(url)
    expect((await keysShown()).filter((key) => !before.includes(key))).toEqual([keyOf(url)])
    await expectNoOrphans()
    await pixelsAt(url ?? '')
  })

  it('uploads of ten users leave each their own', async () => {
    const people = await Promise.all(Array.from({ length: 10 }, () => register()))
    const urls = await Promise.all(people.map((person) => shown(person, PNG)))
    expect(await Promise.all(people.map(avatarUrlOf))).toEqual(urls)
    await expectNoOrphans()
    for (const url of urls) await pixelsAt(url)
  })

  it('uploads and removals leave the object that the profile shows, or none', async () => {
    const person = await register()
    for (let round = 0; round < 5; round++) {
      const answers = await Promise.all([
        upload(person, PNG),
        removeAvatar(person),
        upload(person),
        removeAvatar(person),
      ])
      expect(answers.map(({ status }) => status)).toEqual([200, 204, 200, 204])
      const url = await avatarUrlOf(person)
      if (url) await pixelsAt(url)
      await expectNoOrphans()
    }
  })

  it('uploads and the deletion of the account leave nothing', async () => {
    for (let round = 0; round < 5; round++) {
      const person = await register()
      const before = await keysShown()
      const answers = await Promise.all([
        upload(person, PNG),
        deleteAccount(person),
        upload(person),
        upload(person, PNG),
      ])
      expect(answers[1]?.status).toBe(204)
      for (const { status } of answers) expect([200, 204, 401]).toContain(status)
      expect(await keysShown()).toEqual(before)
      await expectNoOrphans()
    }
  })

  it('an upload and the end of its session leave the avatar of before, or the new one', async () => {
    const person = await register()
    const old = await shown(person)
    const session = await login(person)
    const [uploaded] = await Promise.all([
      upload(session, PNG),
      send('/api/accounts/logout', { body: { refresh: session.refresh } }),
    ])
    const url = await avatarUrlOf(person)
    if (uploaded.status === 200) expect(url).not.toBe(old)
    else expect([uploaded.status, url]).toEqual([401, old])
    await expectNoOrphans()
    await pixelsAt(url ?? '')
  })
})
