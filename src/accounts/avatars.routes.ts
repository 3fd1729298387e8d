import { type Context, Hono } from 'hono'
import * as z from 'zod'
import type { AppEnv } from '../env.ts'
import { mediaTypeOf, readBody } from '../http/body.ts'
import {
  bodyTooLarge,
  incompleteBody,
  notFound,
  unsupportedMediaType,
  validationFailed,
} from '../http/errors.ts'
import { operation } from '../http/openapi.ts'
import { afterwards } from '../http/request-log.ts'
import { validate } from '../http/validate.ts'
import { limited } from '../limits.ts'
import { userAnswer } from './answers.ts'
import { noteUpload, updateAvatar } from './avatars.queries.ts'
import { avatarKey, findAvatar, removeDiscardedAvatars, storeAvatar } from './avatars.ts'
import { invalidImage } from './errors.ts'
import { signedIn } from './guard.ts'
import { AVATAR_SIDE_PX, MAX_SIZE, measure, toAvatar } from './pictures.ts'
import { keyParam } from './schemas.ts'
import { userView } from './views.ts'

const MAX_PICTURE_BYTES = 2 * 1024 * 1024
/** What multipart may wrap around the picture. */
const MAX_WRAPPING_BYTES = 64 * 1024

const RAW_TYPES = ['image/png', 'image/jpeg', 'image/webp', 'image/gif']
const ACCEPTED_TYPES = `${RAW_TYPES.join(', ')} or multipart/form-data`

/** My avatar. */
export const myAvatarRoutes = new Hono<AppEnv>()
  .put(
    '/',
    operation({
      operationId: 'setAvatar',
      summary: 'Upload my avatar',
      description: `A picture of at most ${MAX_PICTURE_BYTES / 1024 ** 2} MiB, ${MAX_SIZE}. Kept as a square WebP of at most ${AVATAR_SIDE_PX} px without metadata.`,
      tag: 'Accounts',
      requestBody: {
        description: 'The picture itself, or a form with it.',
        mediaTypes: {
          ...Object.fromEntries(RAW_TYPES.map((type) => [type, z.string().meta({ format: 'binary' })])),
          'multipart/form-data': z.object({ avatar: z.string().meta({ format: 'binary' }) }),
        },
      },
      answer: { status: 200, description: 'My account with its new avatar.', schema: userAnswer },
      problems: [
        incompleteBody(),
        bodyTooLarge(MAX_PICTURE_BYTES),
        unsupportedMediaType(ACCEPTED_TYPES),
        validationFailed([{ pointer: '/avatar', message: 'must be a file' }]),
        invalidImage('The picture is broken.'),
      ],
    }),
    limited('AVATAR_LIMIT'),
    async (c) => {
      const { userId } = signedIn(c)
      const picture = await readPicture(c)
      const size = measure(picture)
      const key = avatarKey()
      // Also asks whether the session is alive, before any work is done for it.
      await noteUpload(c.var.db, key, new Date())
      await storeAvatar(c.env.AVATARS, key, await toAvatar(c.env.IMAGES, picture, size))
      const account = await updateAvatar(c.var.db, userId, key)
      afterwards(c, removeDiscardedAvatars(c.env, new Date()))
      return c.json(userView(account, c.var.origin))
    },
  )

  .delete(
    '/',
    operation({
      operationId: 'removeAvatar',
      summary: 'Remove my avatar',
      tag: 'Accounts',
      answer: { status: 204, description: 'I have no avatar.' },
    }),
    async (c) => {
      await updateAvatar(c.var.db, signedIn(c).userId, null)
      afterwards(c, removeDiscardedAvatars(c.env, new Date()))
      return c.body(null, 204)
    },
  )

/** Everybody's avatars, for `<img>` and canvas. */
export const avatarsRoutes = new Hono<AppEnv>().get(
  '/:key',
  operation({
    operationId: 'getAvatar',
    summary: 'Show an avatar',
    description: 'A URL never shows another picture, so it may be kept for ever.',
    tag: 'Profiles',
    answer: {
      status: 200,
      description: 'The picture.',
      mediaType: 'image/webp',
      headers: { ETag: 'For `If-None-Match`.' },
    },
    problems: [notFound('avatar')],
  }),
  validate('param', keyParam),
  async (c) => {
    const avatar = await findAvatar(c.env.AVATARS, c.req.valid('param').key, c.req.raw.headers)
    if (!avatar) throw notFound('avatar')
    const headers = {
      'Cache-Control': 'public, max-age=31536000, immutable',
      ETag: avatar.httpEtag,
    }
    if (!('body' in avatar)) return c.body(null, 304, headers)
    return c.body(avatar.body, 200, {
      ...headers,
      'Content-Type': 'image/webp',
      'Content-Length': String(avatar.size),
    })
  },
)

/** The picture, as the raw body or as the multipart field `avatar`. @throws as the contract says of the upload */
async function readPicture(c: Context<AppEnv>): Promise<Uint8Array<ArrayBuffer>> {
  const mediaType = mediaTypeOf(c.req.raw) ?? ''
  if (RAW_TYPES.includes(mediaType)) return readBody(c.req.raw, MAX_PICTURE_BYTES)
  if (mediaType !== 'multipart/form-data') throw unsupportedMediaType(ACCEPTED_TYPES)
  const body = await readBody(c.req.raw, MAX_PICTURE_BYTES + MAX_WRAPPING_BYTES)
  const files = await new Response(body, { headers: { 'Content-Type': c.req.header('Content-Type') ?? '' } })
    .formData()
    .then((form) => form.getAll('avatar'))
    .catch(() => [])
  const [file] = files
  if (!(file instanceof File) || files.length > 1) {
    throw validationFailed([{ pointer: '/avatar', message: 'must be one file' }])
  }
  if (file.size > MAX_PICTURE_BYTES) throw bodyTooLarge(MAX_PICTURE_BYTES)
  return new Uint8Array(await file.arrayBuffer())
}
