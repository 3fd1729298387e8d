import { unavailable } from '../http/errors.ts'
import { log } from '../http/log.ts'
import { invalidImage } from './errors.ts'
import { type Size, sizeOf } from './picture-sizes.ts'

const MAX_SIDE_PX = 12_000
const MAX_PIXELS = 40_000_000
/** Both limits in words. */
export const MAX_SIZE = `${MAX_PIXELS / 1e6} megapixels and ${MAX_SIDE_PX.toLocaleString('en')} pixels a side`

export const AVATAR_SIDE_PX = 512

/**
 * Errors of the Images binding that are the picture's fault: too large, no image, a format unknown or broken
 * (https://developers.cloudflare.com/images/reference/troubleshooting/). Not among them: 9422, our quota is used up.
 */
const PICTURE_AT_FAULT = new Set([9402, 9412, 9413, 9511, 9520, 9523])

/**
 * The size of a picture in pixels, whatever the client said of it.
 * @throws `invalid_image` unless it begins as a PNG, JPEG, WebP or GIF and its header tells a size that is safe to decode
 */
export function measure(picture: Uint8Array<ArrayBuffer>): Size {
  const size = sizeOf(picture)
  if (!size) throw invalidImage('The picture must be a PNG, JPEG, WebP or GIF, and whole.')
  const { width, height } = size
  if (width === 0 || height === 0) throw invalidImage('The picture must have a width and a height.')
  if (Math.max(width, height) > MAX_SIDE_PX || width * height > MAX_PIXELS) {
    throw invalidImage(`The picture must have at most ${MAX_SIZE}.`)
  }
  return size
}

/**
 * The picture as an avatar: a square WebP of at most 512 px without metadata. The square is cut from the middle of the
 * picture, turned as its EXIF says, and never enlarged. Of an animation the first frame is taken.
 * @throws `invalid_image` if the picture is broken, `unavailable` if something else is
 */
export async function toAvatar(
  images: ImagesBinding | undefined,
  picture: Uint8Array<ArrayBuffer>,
  { width, height }: Size,
): Promise<Uint8Array<ArrayBuffer>> {
  if (!images) throw unavailable(new Error('This deployment has no IMAGES binding.'))
  const side = Math.min(AVATAR_SIDE_PX, width, height)
  try {
    const result = await images
      .input(new Blob([picture]).stream())
      .transform({ width: side, height: side, fit: 'cover' })
      .output({ format: 'image/webp', anim: false })
    return new Uint8Array(await new Response(result.image()).arrayBuffer())
  } catch (error) {
    const code = (error as { code?: unknown }).code
    log('warn', { event: 'picture_not_decoded', code })
    if (PICTURE_AT_FAULT.has(Number(code))) throw invalidImage('The picture is broken.')
    throw unavailable(error)
  }
}
