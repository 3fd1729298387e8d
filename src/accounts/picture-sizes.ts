/** In pixels. */
export interface Size {
  width: number
  height: number
}

/**
 * The size that a PNG, JPEG, WebP or GIF says it has, read where a decoder reads it. It is found by walking from one part of
 * the file to the next as decoders do, never by searching, so that a file cannot show one size here and another to them.
 * Undefined for any other file, and for one that ends before its size.
 */
export function sizeOf(picture: Uint8Array<ArrayBuffer>): Size | undefined {
  const view = new DataView(picture.buffer, picture.byteOffset, picture.byteLength)
  const text = (at: number, length: number) => String.fromCharCode(...picture.subarray(at, at + length))
  try {
    if (text(0, 16) === '\x89PNG\r\n\x1a\n\0\0\0\rIHDR') return pngSize(view)
    if (text(0, 3) === '\xff\xd8\xff') return jpegSize(view)
    if (text(0, 4) === 'RIFF' && text(8, 4) === 'WEBP') return webpSize(view, text(12, 4))
    if (/^GIF8[79]a$/.test(text(0, 6))) return gifSize(view)
    return undefined
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function pngSize(view: DataView): Size {
  return { width: view.getUint32(16), height: view.getUint32(20) }
}

/** The first frame header, of whatever coding (ITU-T T.81, B.1.1 and B.2.2). */
function jpegSize(view: DataView): Size | undefined {
  for (let at = 2; ; at += view.getUint16(at)) {
    // As decoders do: what is no marker is skipped, and any number of fill bytes may come before one.
    let marker = 0
    while (marker === 0) {
      while (view.getUint8(at) !== 0xff) at++
      while (view.getUint8(at) === 0xff) at++
      marker = view.getUint8(at++)
    }
    const isFrameHeader = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrameHeader) return { width: view.getUint16(at + 5), height: view.getUint16(at + 3) }
    // Markers that stand alone, and the scan itself, have no place before it.
    if (marker < 0xc0 || (marker >= 0xd0 && marker <= 0xda) || view.getUint16(at) < 2) return undefined
  }
}

/** The canvas, or the only frame. A decoder refuses a frame that is not of the canvas. (RFC 9649) */
function webpSize(view: DataView, kind: string): Size | undefined {
  if (kind === 'VP8X') {
    const uint24 = (at: number) => view.getUint16(at, true) + view.getUint8(at + 2) * 65_536
    return { width: 1 + uint24(24), height: 1 + uint24(27) }
  }
  if (kind === 'VP8L' && view.getUint8(20) === 0x2f) {
    const bits = view.getUint32(21, true)
    return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >> 14) & 0x3fff) }
  }
  if (kind === 'VP8 ' && view.getUint16(23) === 0x9d01 && view.getUint8(25) === 0x2a) {
    return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff }
  }
  return undefined
}

/** The screen and whatever frame reaches beyond it: decoders make room for it. (GIF89a, 18 to 27) */
function gifSize(view: DataView): Size | undefined {
  const uint16 = (at: number) => view.getUint16(at, true)
  const colourTable = (flags: number) => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0)
  const size = { width: uint16(6), height: uint16(8) }
  for (let at = 13 + colourTable(view.getUint8(10)); ; ) {
    const block = view.getUint8(at)
    if (block === 0x3b) return size
    if (block === 0x2c) {
      size.width = Math.max(size.width, uint16(at + 1) + uint16(at + 5))
      size.height = Math.max(size.height, uint16(at + 3) + uint16(at + 7))
      at += 11 + colourTable(view.getUint8(at + 9))
    } else if (block === 0x21) {
      at += 2
    } else {
      return undefined
    }
    while (view.getUint8(at) !== 0) at += 1 + view.getUint8(at)
    at++
  }
}
