export interface Pixels {
  width: number
  height: number
  /** The colour of a pixel: red, green, blue, alpha. */
  at: (x: number, y: number) => number[]
}

const CHANNELS: Record<number, number> = { 0: 1, 2: 3, 4: 2, 6: 4 }

/** Decodes the PNGs that the Images binding writes: eight bits, no palette, not interlaced. */
export async function decodePng(png: Uint8Array): Promise<Pixels> {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength)
  const [width, height] = [view.getUint32(16), view.getUint32(20)]
  const [bitDepth, colourType = -1, , , interlace] = png.subarray(24)
  const channels = CHANNELS[colourType]
  if (bitDepth !== 8 || !channels || interlace !== 0) throw new Error('This PNG is of another kind.')
  const rows = unfiltered(await inflate(pixelData(png, view)), width * channels, height, channels)
  const isGrey = channels < 3
  const hasAlpha = channels % 2 === 0
  return {
    width,
    height,
    at: (x, y) => {
      const sample = [...rows.subarray((y * width + x) * channels, (y * width + x + 1) * channels)]
      const alpha = hasAlpha ? (sample.pop() ?? 0) : 255
      return isGrey ? [...sample, ...sample, ...sample, alpha] : [...sample, alpha]
    },
  }
}

function pixelData(png: Uint8Array, view: DataView): Blob {
  const parts: Uint8Array<ArrayBuffer>[] = []
  for (let at = 8; at < png.length; at += view.getUint32(at) + 12) {
    const name = new TextDecoder().decode(png.subarray(at + 4, at + 8))
    if (name === 'IDAT') parts.push(new Uint8Array(png.subarray(at + 8, at + 8 + view.getUint32(at))))
  }
  return new Blob(parts)
}

const inflate = async (data: Blob) =>
  new Uint8Array(
    await new Response(data.stream().pipeThrough(new DecompressionStream('deflate'))).arrayBuffer(),
  )

/** Undoes the filter that each row begins with (PNG, 9.2). */
function unfiltered(filtered: Uint8Array, rowLength: number, height: number, channels: number): Uint8Array {
  const pixels = new Uint8Array(rowLength * height)
  for (let y = 0; y < height; y++) {
    const filter = filtered[y * (rowLength + 1)]
    for (let x = 0; x < rowLength; x++) {
      const here = y * rowLength + x
      const left = x < channels ? 0 : (pixels[here - channels] ?? 0)
      const up = y === 0 ? 0 : (pixels[here - rowLength] ?? 0)
      const upLeft = y === 0 || x < channels ? 0 : (pixels[here - rowLength - channels] ?? 0)
      const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, upLeft)][filter ?? 0] ?? 0
      pixels[here] = (filtered[here + y + 1] ?? 0) + predicted
    }
  }
  return pixels
}

function paeth(left: number, up: number, upLeft: number): number {
  const [a, b, c] = [up - upLeft, left - upLeft, left + up - 2 * upLeft].map(Math.abs) as [
    number,
    number,
    number,
  ]
  return a <= b && a <= c ? left : b <= c ? up : upLeft
}
