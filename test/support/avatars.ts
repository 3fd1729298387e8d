import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import worker from '../../src/index.ts'
import { ok, type Send, send } from './api.ts'
import { later } from './clock.ts'
import { decodePng, type Pixels } from './png.ts'
import type { Person } from './world.ts'

export const MAX_PICTURE_BYTES = 2 * 1024 * 1024

/** The smallest GIF there is: one white pixel. */
export const PIXEL = bytesOf('R0lGODlhAQABAIAAAP///wAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==')

export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
}

export const joined = async (...parts: (Uint8Array<ArrayBuffer> | string)[]) =>
  new Uint8Array(await new Blob(parts).arrayBuffer())

/** Uploads a picture as the raw body. */
export function upload(
  person: Person,
  picture: Uint8Array | ReadableStream = PIXEL,
  { type = 'image/png', ...options }: Send & { type?: string } = {},
): Promise<Response> {
  const headers = { 'Content-Type': type, ...options.headers }
  const { access: token } = person
  return send('/api/accounts/me/avatar', { method: 'PUT', token, body: picture, ...options, headers })
}

/** Uploads a form, as a browser sends it. */
export async function uploadForm(
  person: Person,
  fields: [string, string | File][],
  options: Send = {},
): Promise<Response> {
  const form = new FormData()
  for (const [name, value] of fields) {
    if (typeof value === 'string') form.append(name, value)
    else form.append(name, value, value.name)
  }
  const request = new Response(form)
  const type = request.headers.get('Content-Type') ?? ''
  return upload(person, new Uint8Array(await request.arrayBuffer()), { type, ...options })
}

export const removeAvatar = (person: Person, options: Send = {}) =>
  send('/api/accounts/me/avatar', { method: 'DELETE', token: person.access, ...options })

/** What everybody sees of a person's avatar. */
export const avatarUrlOf = async (person: Person): Promise<string | null> =>
  (await ok(send(`/api/accounts/users/${person.username}`))).avatarUrl

/** Uploads a picture that must be taken, and tells where it is then. */
export const shown = async (person: Person, picture?: Uint8Array, type?: string): Promise<string> =>
  (await ok(upload(person, picture, type ? { type } : {}))).profile.avatarUrl

export const keyOf = (url: string | null) => url?.split('/').at(-1) ?? ''

/** What the cron trigger does, an hour from now. */
export const runHousekeepingLater = () =>
  later(3601, () => worker.scheduled({ scheduledTime: Date.now() } as ScheduledController, env))

export const keysStored = async () => (await env.AVATARS.list()).objects.map(({ key }) => key).sort()

/** The objects that D1 points at. */
export async function keysShown(): Promise<string[]> {
  const { results } = await env.DB.prepare(
    'SELECT avatar_key FROM profiles WHERE avatar_key IS NOT NULL ORDER BY avatar_key',
  ).all<{ avatar_key: string }>()
  return results.map((row) => row.avatar_key)
}

/** Expects R2 to hold exactly what D1 points at, when cron has run, and D1 to remember nothing to be removed. */
export async function expectNoOrphans() {
  await runHousekeepingLater()
  expect(await keysStored()).toEqual(await keysShown())
  expect(await env.DB.prepare('SELECT count(*) FROM discarded_avatars').first('count(*)')).toBe(0)
}

/** The bytes that are served at a URL, which must be a WebP of nothing but pixels. */
export async function fetched(url: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await send(url)
  expect(response.status).toBe(200)
  expect(response.headers.get('Content-Type')).toBe('image/webp')
  const webp = new Uint8Array(await response.arrayBuffer())
  for (const name of chunkNames(webp)) expect(['VP8X', 'VP8 ', 'VP8L', 'ALPH']).toContain(name)
  return webp
}

/** The chunks of a WebP, which must fill it to its end. */
function chunkNames(webp: Uint8Array): string[] {
  const view = new DataView(webp.buffer, webp.byteOffset, webp.byteLength)
  const text = (at: number) => new TextDecoder().decode(webp.subarray(at, at + 4))
  expect([text(0), text(8), view.getUint32(4, true) + 8]).toEqual(['RIFF', 'WEBP', webp.length])
  const names: string[] = []
  let at = 12
  for (; at < webp.length; at += 8 + Math.ceil(view.getUint32(at + 4, true) / 2) * 2) names.push(text(at))
  expect(at).toBe(webp.length)
  return names
}

/** The pixels that are served at a URL. */
export async function pixelsAt(url: string): Promise<Pixels> {
  const webp = await fetched(url)
  if (!env.IMAGES) throw new Error('The tests have no IMAGES binding.')
  const png = await env.IMAGES.input(new Blob([webp]).stream()).output({ format: 'image/png' })
  return decodePng(new Uint8Array(await new Response(png.image()).arrayBuffer()))
}
