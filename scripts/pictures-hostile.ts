import { deflateSync, gzipSync } from 'node:zlib'
import sharp from 'sharp'
import type { HostilePicture } from './picture-kinds.ts'
import { chunk, pngFile, pngOfZeros, uint32 } from './pictures-png.ts'

const SCRIPT = '<script>alert(document.domain)</script>'
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="64" height="64"/>${SCRIPT}</svg>`

/** The frame that fills a GIF of 8 by 8. */
const SQUARE: [number, number, number, number] = [0, 0, 8, 8]

const bytes = (...parts: (string | number[] | Buffer)[]) =>
  Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))),
  )
const u16 = (value: number) => [value & 0xff, value >> 8]
const u24 = (value: number) => [...u16(value & 0xffff), value >> 16]
const u32 = (value: number) => [...u16(value & 0xffff), ...u16(value >>> 16)]

/** @param jpeg an honest one, to hide things in */
export async function hostilePictures(jpeg: Buffer): Promise<HostilePicture[]> {
  return [
    ...from('refused at sight', {
      ...noPictures(jpeg),
      ...(await otherFormats()),
      ...tooLarge(),
      ...liars(jpeg),
    }),
    ...from('refused', broken(jpeg)),
    ...from('cleaned', polyglots(jpeg)),
    ...from('refused or cleaned', contradictory(await webpOf('lossy'), await webpOf('lossless'))),
  ]
}

const from = (fate: HostilePicture['fate'], named: Record<string, Buffer>): HostilePicture[] =>
  Object.entries(named).map(([name, content]) => ({ name, fate, base64: content.toString('base64') }))

const webpOf = (kind: 'lossy' | 'lossless') =>
  sharp({ create: { width: 64, height: 48, channels: 3, background: '#c33' } })
    .webp({ lossless: kind === 'lossless' })
    .toBuffer()

const noPictures = (jpeg: Buffer) => ({
  'no bytes': bytes(),
  'one zero byte': bytes([0]),
  'the first byte of a PNG': bytes([0x89]),
  'the first bytes of a JPEG': bytes([0xff, 0xd8]),
  'the first letters of a GIF': bytes('GIF89a'),
  'the first letters of a WebP': bytes('RIFF\x20\0\0\0WEBPVP8 '),
  'a JPEG that ends where it began': bytes([0xff, 0xd8, 0xff, 0xd9]),
  'an SVG': bytes(SVG),
  'an SVG with an XML header': bytes(`<?xml version="1.0" encoding="UTF-8"?>\n<!-- x -->\n${SVG}`),
  'an SVG behind a byte order mark': bytes([0xef, 0xbb, 0xbf], SVG),
  'an SVG with a doctype and an entity': bytes(
    `<!DOCTYPE svg [<!ENTITY e SYSTEM "file:///etc/passwd">]>${SVG}`,
  ),
  'a compressed SVG': gzipSync(SVG, { level: 9 }),
  'HTML called .png': bytes(`<!doctype html><title>me.png</title>${SCRIPT}`),
  'HTML in front of a JPEG': bytes(`<!--`, jpeg, `-->${SCRIPT}`),
  'a space in front of a JPEG': bytes(' ', jpeg),
  'a PNG header but for its first byte': bytes('<PNG\r\n\x1a\n', pngOfZeros(8, 8).subarray(8)),
  'an SVG behind the signature of a PNG': bytes([0x89], 'PNG\r\n\x1a\n', SVG),
  'an SVG behind the letters of a WebP': bytes('RIFF\xff\0\0\0WEBP', SVG),
  'an unknown version of GIF': bytes('GIF90a', u16(8), u16(8), [0, 0, 0, 0x3b]),
  'a PDF': bytes('%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n'),
  'an executable': bytes('MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff'),
  'a ZIP': bytes('PK\x03\x04\x14\0\0\0\x08\0'),
  JSON: bytes('{"avatar":"x"}'),
})

async function otherFormats() {
  const create = { width: 64, height: 48, channels: 3, background: '#c33' } as const
  const made = () => sharp({ create })
  return {
    'an AVIF': await made().avif({ effort: 0 }).toBuffer(),
    'a TIFF': await made().tiff().toBuffer(),
    'a HEIC': bytes([0, 0, 0, 24], 'ftypheic\0\0\0\0mif1heic'),
    'a BMP': bytes('BM', u32(70), u32(0), u32(54), u32(40), u32(2), u32(2), u16(1), u16(24), u32(0), u32(16)),
    'an icon': bytes([0, 0, 1, 0, 1, 0, 16, 16, 0, 0, 1, 0, 24, 0], u32(104), u32(22)),
    'a JPEG 2000': bytes([0, 0, 0, 12], 'jP  \r\n\x87\n'),
    'a JPEG XL': bytes([0xff, 0x0a, 0xfa, 0x7f, 1, 0x90]),
    'a Photoshop file': bytes('8BPS\0\x01\0\0\0\0\0\0\0\x03\0\0\0\x40\0\0\0\x40\0\x08\0\x03'),
    'a portable pixmap': bytes('P6\n2 2\n255\n............'),
  }
}

const header = (width: number, height: number) => ({ width, height, colourType: 6, bitDepth: 8 }) as const

const tooLarge = () => ({
  'a PNG of zeros, one row over 40 megapixels': pngOfZeros(12_000, 3334),
  'a PNG that is one pixel too wide': pngOfZeros(12_001, 1),
  'a PNG that is one pixel too tall': pngOfZeros(1, 12_001),
  'a PNG as large as a PNG can say': pngFile(header(0x7fffffff, 0x7fffffff), []),
  'a PNG with a height that is negative': pngFile(header(1, 0xffffffff), []),
  'a PNG without width': pngFile(header(0, 8), []),
  'a PNG without height': pngFile(header(8, 0), []),
  'a GIF as large as a GIF can say': bytes('GIF89a', u16(65_535), u16(65_535), [0, 0, 0, 0x3b]),
  'a GIF without width': bytes('GIF89a', u16(0), u16(8), [0, 0, 0, 0x3b]),
  'a WebP as large as a WebP can say': riff(
    chunkOf('VP8X', bytes([0, 0, 0, 0], u24(0xffffff), u24(0xffffff))),
  ),
})

/** Files that tell a small size to whoever skims them, and a huge one to a decoder. */
const liars = (jpeg: Buffer) => {
  const [before, sof, after] = aroundFrameHeader(jpeg)
  const huge = (marker?: number) => withSize(sof, 12_000, 12_000, marker)
  // Where a search for the next marker ends, if it has gone past the first one.
  const bait = bytes(Buffer.alloc(66_000), [0, 2], sof, Buffer.alloc(66_000))
  const start = before.subarray(0, 2)
  return {
    'a JPEG whose huge size comes first of all': bytes(start, huge(), before.subarray(2), after, bait),
    'a JPEG whose huge size is behind one that is no size': bytes(
      before,
      segment(0xe1, bytes('skimmed over ', sof, sof)),
      huge(),
      after,
    ),
    'a JPEG of arithmetic coding that is huge': bytes(before, huge(0xc9), after, bait),
    'a JPEG without loss that is huge': bytes(before, huge(0xc3), after, bait),
    'a JPEG whose huge size is behind a marker that is reserved': bytes(
      before,
      withSize(sof, 96, 64, 0xc8),
      huge(),
      after,
    ),
    'a JPEG with a segment that is shorter than its own length': bytes(
      before,
      [0xff, 0xe1, 0, 0],
      sof,
      after,
    ),
    'a JPEG with fill bytes in front of its huge size': bytes(
      before,
      [0xff, 0xff, 0xff],
      huge(),
      after,
      bait,
    ),
    'a JPEG without a size': bytes(before, after, bait),
    'a JPEG without height': bytes(before, withSize(sof, 96, 0), after),
    'a GIF whose frame is huge and its screen small': gif(8, [[0, 0, 12_000, 12_000]]),
    'a GIF whose second frame is huge': gif(8, [SQUARE, [0, 0, 12_000, 12_000]]),
    'a GIF whose frame is far away to the right': gif(8, [[12_000, 0, 8, 8]]),
    'a GIF whose frame is far down': gif(8, [[0, 12_000, 8, 8]]),
    'a GIF without an end': gif(8, [SQUARE]).subarray(0, -2),
    'a GIF of blocks that there are not': bytes(gif(8, []).subarray(0, -1), [0x99, 1, 1, 0, 0x3b]),
  }
}

/** A GIF with frames of one white, or no, pixel: each says how far from the left and the top it is, and how large. */
function gif(screen: number, frames: [left: number, top: number, width: number, height: number][]): Buffer {
  return bytes(
    'GIF89a',
    [...u16(screen), ...u16(screen), 0x80, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff],
    ...frames.map((place) => bytes([0x2c, ...place.flatMap(u16), 0, 2, 3, 0x84, 0x8f, 5, 0])),
    [0x3b],
  )
}

const broken = (jpeg: Buffer) => {
  const [before, sof] = aroundFrameHeader(jpeg)
  const idat = chunk('IDAT', deflateSync(Buffer.alloc(8 * 33)))
  return {
    'a PNG with a header of 2 GB': bytes(
      [0x89],
      'PNG\r\n\x1a\n',
      uint32(0x7fffffff),
      pngOfZeros(8, 8).subarray(12),
    ),
    'a PNG without pixels': pngFile(header(8, 8), [chunk('IEND')]),
    'a PNG whose pixels are text': pngFile(header(8, 8), [chunk('IDAT', bytes(SCRIPT)), chunk('IEND')]),
    'a PNG whose pixels have a wrong checksum': bytes(
      pngFile(
        header(8, 8),
        [idat.subarray(0, -4), [0, 0, 0, 0]].map((part) => Buffer.from(part)),
      ),
      chunk('IEND'),
    ),
    'a PNG with a bit depth that there is not': pngFile({ ...header(8, 8), bitDepth: 4 }, [
      idat,
      chunk('IEND'),
    ]),
    'a PNG with a palette of nothing': pngFile({ ...header(8, 8), colourType: 3 }, [idat, chunk('IEND')]),
    'a PNG as Apple optimizes it': pngFile(header(8, 8), [idat]).fill('CgBI', 12, 16),
    'HTML behind the letters of a GIF': bytes('GIF89a', SCRIPT),
    'a GIF without a picture': bytes('GIF89a', u16(8), u16(8), [0, 0, 0, 0x3b]),
    'a JPEG that is all header': bytes(before, sof),
    'a JPEG whose header is text': bytes([0xff, 0xd8, 0xff, 0xe0], SCRIPT, sof),
    'a WebP of random bytes': riff(
      chunkOf('VP8 ', bytes([0x30, 1, 0, 0x9d, 1, 0x2a], u16(64), u16(48), SCRIPT)),
    ),
  }
}

/** Whole pictures that are also something else, for whoever would serve them as they came. */
const polyglots = (jpeg: Buffer) => {
  const head = gif(8, []).subarray(0, -1)
  const spoken = (text: string) => bytes([0x21, 0xfe, text.length], text, [0])
  return {
    'a JPEG with a script in a comment': bytes(
      jpeg.subarray(0, 2),
      segment(0xfe, bytes(SCRIPT)),
      jpeg.subarray(2),
    ),
    'a JPEG with HTML behind its end': bytes(jpeg, `<html><body>${SCRIPT}`),
    'a JPEG with a ZIP behind its end': bytes(jpeg, 'PK\x03\x04', SCRIPT),
    'a GIF that is also JavaScript': bytes(
      'GIF89a/*',
      head.subarray(8),
      spoken(`*/=1;alert(1);/*${SCRIPT}`),
      gif(8, [SQUARE]).subarray(head.length),
      '*/',
    ),
    'a PNG with a script in a text': pngWith(chunk('tEXt', bytes(`Title\0${SCRIPT}`))),
    'a PNG with an unknown chunk of script': pngWith(chunk('scRt', bytes(SCRIPT))),
    'a PNG of 40,000,000 zeros': pngOfZeros(10_000, 4000),
  }
}

const pngWith = (extra: Buffer) =>
  pngFile(header(8, 8), [extra, chunk('IDAT', deflateSync(Buffer.alloc(8 * 33, 0))), chunk('IEND')])

/** Files that say two things at once: whichever a decoder believes, the answer has a name. */
const contradictory = (lossy: Buffer, lossless: Buffer) => {
  const [vp8, vp8l] = [lossy.subarray(12), lossless.subarray(12)]
  const canvas = (flags: number, width: number, height: number) =>
    chunkOf('VP8X', bytes([flags, 0, 0, 0], u24(width - 1), u24(height - 1)))
  const huge = Buffer.from(vp8)
  huge.writeUInt16LE(16_383, 14)
  huge.writeUInt16LE(16_383, 16)
  return {
    'a WebP whose canvas is smaller than its picture': riff(canvas(0, 10, 10), vp8),
    'a WebP whose canvas is larger than its picture': riff(canvas(0, 6000, 6000), vp8),
    'a WebP whose picture is huge and its canvas small': riff(canvas(0, 10, 10), huge),
    'a WebP with two pictures': riff(canvas(0, 64, 48), vp8, vp8l),
    'a WebP that says it is animated, and is not': riff(canvas(2, 64, 48), vp8),
    'a WebP that says it is 4 GB': bytes('RIFF', u32(0xffffffff), lossy.subarray(8)),
    'a WebP that says it is empty': bytes('RIFF', u32(0), lossy.subarray(8)),
    'a GIF whose frame is larger than its screen': gif(8, [[0, 0, 16, 16]]),
    'a GIF with a frame outside of its screen': gif(8, [[100, 100, 8, 8]]),
    'a PNG with a text that inflates to 64 MB': pngWith(
      chunk('zTXt', bytes('Title\0\0', deflateSync(Buffer.alloc(64 * 1024 * 1024), { level: 9 }))),
    ),
    'a PNG with a profile that inflates to 64 MB': pngWith(
      chunk('iCCP', bytes('profile\0\0', deflateSync(Buffer.alloc(64 * 1024 * 1024), { level: 9 }))),
    ),
    'a PNG with two headers': pngWith(pngFile(header(12_000, 12_000), []).subarray(8)),
    'a PNG whose pixels inflate to more than it is large': pngFile(header(8, 8), [
      chunk('IDAT', deflateSync(Buffer.alloc(16 * 1024 * 1024), { level: 9 })),
      chunk('IEND'),
    ]),
  }
}

const riff = (...chunks: Buffer[]) => {
  const body = Buffer.concat(chunks)
  return bytes('RIFF', u32(body.length + 4), 'WEBP', body)
}
const chunkOf = (name: string, data: Buffer) =>
  bytes(name, u32(data.length), data, data.length % 2 ? [0] : [])

const segment = (marker: number, data: Buffer) =>
  bytes([0xff, marker, (data.length + 2) >> 8, (data.length + 2) & 0xff], data)

/** The frame header, which holds the size, and what is around it. */
function aroundFrameHeader(jpeg: Buffer): [Buffer, Buffer, Buffer] {
  const at = jpeg.indexOf(Buffer.from([0xff, 0xc0, 0]))
  const end = at + 2 + jpeg.readUInt16BE(at + 2)
  return [jpeg.subarray(0, at), jpeg.subarray(at, end), jpeg.subarray(end)]
}

function withSize(frameHeader: Buffer, width: number, height: number, marker = 0xc0): Buffer {
  const changed = Buffer.from(frameHeader)
  changed[1] = marker
  changed.writeUInt16BE(height, 5)
  changed.writeUInt16BE(width, 7)
  return changed
}
