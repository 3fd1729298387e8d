import corpus from 'virtual:pictures'
import { describe, expect, it } from 'vitest'
import { brokenOff, fieldsAtFault, ok, problem, send } from './support/api.ts'
import {
  avatarUrlOf,
  bytesOf,
  expectNoOrphans,
  joined,
  keysStored,
  MAX_PICTURE_BYTES,
  PIXEL,
  pixelsAt,
  removeAvatar,
  shown,
  upload,
  uploadForm,
} from './support/avatars.ts'
import { counting } from './support/bindings.ts'
import { PASSWORD } from './support/secrets.ts'
import { login, type Person, post, register } from './support/world.ts'

const PNG = bytesOf(corpus.pictures[0]?.base64 ?? '')
const deleteAccount = (person: Person) =>
  send('/api/accounts/me', { method: 'DELETE', token: person.access, body: { password: PASSWORD } })

/** The smallest picture, with nothing behind its end but zeros, up to a length. */
const padded = (length: number) => joined(PIXEL, new Uint8Array(length - PIXEL.length))

/** Long enough to be taken for endless, short enough for a test that fails. */
const ENDLESS = 32 * 1024 * 1024

/** A body without a declared length, in pieces of 16 KiB, and how much of it has been asked for. */
function streamed(start: Uint8Array, length = ENDLESS) {
  const asked = { bytes: 0 }
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = new Uint8Array(Math.min(16_384, length - asked.bytes))
      if (asked.bytes === 0) piece.set(start)
      asked.bytes += piece.length
      controller.enqueue(piece)
      if (asked.bytes >= length) controller.close()
    },
  })
  return { body, asked }
}

describe('PUT /api/accounts/me/avatar', () => {
  it('shows the picture in my account, in my profile and beside my projects', async () => {
    const person = await register()
    const projectId = await post(person)
    const account = await ok(upload(person, PNG))
    const url = account.profile.avatarUrl
    expect(url).toMatch(/^http:\/\/api\.test\/api\/accounts\/avatars\/[0-9a-f]{48}$/)
    expect(account).toEqual(await ok(send('/api/accounts/me', { token: person.access })))
    expect(await avatarUrlOf(person)).toBe(url)
    expect((await ok(send(`/api/projects/${projectId}`))).owner.avatarUrl).toBe(url)
    expect(await pixelsAt(url)).toMatchObject({ width: 64, height: 64 })
    await expectNoOrphans()
  })

  it('shows it by a URL of the API, whatever page asks', async () => {
    const person = await register()
    const url = await shown(person)
    for (const headers of [{ Origin: 'http://localhost:3000' }, { 'X-Forwarded-Host': 'evil.example' }]) {
      const { avatarUrl } = await ok(send(`/api/accounts/users/${person.username}`, { headers }))
      expect(avatarUrl).toBe(url)
    }
  })

  it.each(['image/png', 'image/jpeg', 'image/webp', 'image/gif', 'IMAGE/PNG', 'image/png; charset=binary'])(
    'goes by the bytes of a picture, not by what it claims to be: %s',
    async (type) => {
      await ok(upload(await register(), PNG, { type }))
    },
  )

  it.each([
    'image/svg+xml',
    'image/jpg',
    'image/avif',
    'image/*',
    'text/html',
    'application/octet-stream',
    'application/json',
    'application/x-www-form-urlencoded',
    'text/plain; image/png',
    'multipart/mixed; boundary=x',
    '',
  ])('refuses the media type "%s"', async (type) => {
    const body = await problem(upload(await register(), PNG, { type }), 415, 'unsupported_media_type')
    expect(body.detail).toContain('image/png')
  })

  it('takes a picture that breaks off for a fault of whoever sent it', async () => {
    const person = await register()
    await problem(upload(person, brokenOff(PNG)), 400, 'incomplete_body')
    expect(await avatarUrlOf(person)).toBeNull()
    await expectNoOrphans()
  })

  it('takes a form with the field avatar, whatever its file is called and claims to be', async () => {
    const person = await register()
    for (const [name, type] of [
      ['me.png', 'image/png'],
      ['../../me.svg', 'image/svg+xml'],
      ['"фото" 🦀; filename=x.html', 'text/html'],
      ['x'.repeat(5000), ''],
    ] as const) {
      const file = new File([PNG], name, { type })
      const answer = await ok(
        uploadForm(person, [
          ['other', 'x'],
          ['avatar', file],
        ]),
      )
      expect(await pixelsAt(answer.profile.avatarUrl)).toMatchObject({ width: 64 })
    }
    await expectNoOrphans()
  })

  it('refuses a form whose file is no picture, whatever it is called', async () => {
    const person = await register()
    for (const content of ['', '<svg xmlns="http://www.w3.org/2000/svg"/>', '\x89PNG']) {
      const file = new File([content], 'me.png', { type: 'image/png' })
      await problem(uploadForm(person, [['avatar', file]]), 422, 'invalid_image')
    }
  })

  it('names the field that a form lacks, or has twice', async () => {
    const person = await register()
    const file = new File([PNG], 'me.png')
    expect(await fieldsAtFault(uploadForm(person, []))).toEqual(['/avatar'])
    expect(await fieldsAtFault(uploadForm(person, [['Avatar', file]]))).toEqual(['/avatar'])
    expect(await fieldsAtFault(uploadForm(person, [['avatar', 'a text']]))).toEqual(['/avatar'])
    const two = uploadForm(person, [
      ['avatar', file],
      ['avatar', file],
    ])
    expect(await fieldsAtFault(two)).toEqual(['/avatar'])
    for (const boundary of ['', '; boundary=', '; boundary=another', `; boundary=${'x'.repeat(5000)}`]) {
      const type = `multipart/form-data${boundary}`
      expect(await fieldsAtFault(upload(person, PNG, { type }))).toEqual(['/avatar'])
    }
  })

  it('takes a picture of exactly 2 MiB, as it is, in pieces and in a form', async () => {
    const person = await register()
    const picture = await padded(MAX_PICTURE_BYTES)
    await ok(upload(person, picture))
    await ok(upload(person, streamed(PIXEL, MAX_PICTURE_BYTES).body))
    await ok(uploadForm(person, [['avatar', new File([picture], 'me.gif')]]))
  })

  it('refuses one byte more, whether its length is told, kept back or a lie', async () => {
    const person = await register()
    const picture = await padded(MAX_PICTURE_BYTES + 1)
    const file = new File([picture], 'me.gif')
    const tooLarge = (response: Promise<Response>) => problem(response, 413, 'body_too_large')
    const length = (value: number) => ({ headers: { 'Content-Length': String(value) } })
    expect((await tooLarge(upload(person, picture))).detail).toContain('2048 KiB')
    await tooLarge(upload(person, picture, length(picture.length)))
    await tooLarge(upload(person, streamed(PIXEL, picture.length).body))
    for (const lie of [0, 100, Number.NaN, -1]) {
      await tooLarge(upload(person, streamed(PIXEL, picture.length).body, length(lie)))
    }
    await tooLarge(uploadForm(person, [['avatar', file]]))
    const ballast = new File([new Uint8Array(MAX_PICTURE_BYTES + 64 * 1024)], 'x')
    await tooLarge(
      uploadForm(person, [
        ['other', ballast],
        ['avatar', new File([PNG], 'me.png')],
      ]),
    )
  })

  it('refuses a declared length of more without reading anything', async () => {
    const { body, asked } = streamed(PIXEL)
    const headers = { 'Content-Length': String(MAX_PICTURE_BYTES + 1) }
    await problem(upload(await register(), body, { headers }), 413, 'body_too_large')
    expect(asked.bytes).toBeLessThanOrEqual(16_384)
  })

  it.each(['image/png', 'multipart/form-data; boundary=x'])(
    'cuts a body of %s that never ends after little more than 2 MiB',
    async (type) => {
      const { body, asked } = streamed(PIXEL)
      await problem(upload(await register(), body, { type }), 413, 'body_too_large')
      expect(asked.bytes).toBeGreaterThan(MAX_PICTURE_BYTES)
      expect(asked.bytes).toBeLessThan(MAX_PICTURE_BYTES + 128 * 1024)
    },
  )

  it('replaces the avatar under another URL, and the old object goes', async () => {
    const person = await register()
    const urls = [await shown(person), await shown(person, PNG), await shown(person, PNG)]
    expect(new Set(urls).size).toBe(3)
    for (const old of urls.slice(0, 2)) await problem(send(old), 404, 'not_found')
    expect(await avatarUrlOf(person)).toBe(urls[2])
    await expectNoOrphans()
  })

  it('keeps the avatars of two people apart, even of the same picture', async () => {
    const [first, second] = [await register(), await register()]
    const [gone, kept] = [await shown(first, PNG), await shown(second, PNG)]
    expect(gone).not.toBe(kept)
    await ok(removeAvatar(first), 204)
    await problem(send(gone), 404, 'not_found')
    expect(await avatarUrlOf(second)).toBe(kept)
    await pixelsAt(kept)
  })

  it('keeps the avatar when a picture is refused', async () => {
    const person = await register()
    const url = await shown(person)
    await problem(upload(person, PNG.slice(0, 60)), 422, 'invalid_image')
    await problem(upload(person, PNG, { type: 'text/html' }), 415, 'unsupported_media_type')
    expect(await avatarUrlOf(person)).toBe(url)
    await expectNoOrphans()
    await pixelsAt(url)
  })

  it('decodes and stores nothing for an ended session', async () => {
    const person = await register()
    const session = await login(person)
    await ok(send('/api/accounts/logout', { body: { refresh: session.refresh } }), 204)
    const before = await keysStored()
    const { env, operations } = counting()
    await problem(upload(session, PNG, { env }), 401, 'unauthenticated')
    expect(operations.pictures).toBe(0)
    expect(await keysStored()).toEqual(before)
    expect(await avatarUrlOf(person)).toBeNull()
  })
})

describe('DELETE /api/accounts/me/avatar', () => {
  it('removes the avatar and its object, and does it again gladly', async () => {
    const person = await register()
    const url = await shown(person)
    await ok(removeAvatar(person), 204)
    expect(await avatarUrlOf(person)).toBeNull()
    await problem(send(url), 404, 'not_found')
    await ok(removeAvatar(person), 204)
    await expectNoOrphans()
  })
})

describe('DELETE /api/accounts/me', () => {
  it('removes the avatar of the account, and that of nobody else', async () => {
    const [person, other] = [await register(), await register()]
    const [gone, kept] = [await shown(person, PNG), await shown(other, PNG)]
    await ok(deleteAccount(person), 204)
    await problem(send(gone), 404, 'not_found')
    await pixelsAt(kept)
    await expectNoOrphans()
  })
})
