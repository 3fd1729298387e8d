import { crc32, deflateSync } from 'node:zlib'

/** PNG's own numbers: grey, RGB, palette, grey with alpha, RGB with alpha. */
export type ColourType = 0 | 2 | 3 | 4 | 6

export interface PngPlan {
  width: number
  height: number
  colourType: ColourType
  bitDepth: 1 | 2 | 4 | 8 | 16
  isInterlaced?: boolean
  palette?: number[][]
  /** Whole chunks, put before the pixels. */
  before?: Buffer[]
  /** Whole chunks, put behind the pixels. */
  behind?: Buffer[]
  /** The samples of a pixel, each from 0 to the greatest of its bit depth. */
  samples: (x: number, y: number) => readonly number[]
}

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')

/** Adam7: where each pass begins, and how far its pixels are apart. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const

/** A PNG made by hand, for the colour types and bit depths that no encoder can be told to use. */
export function png(plan: PngPlan): Buffer {
  const passes = plan.isInterlaced ? PASSES : [[0, 0, 1, 1] as const]
  const rows = passes.flatMap((pass) => rowsOf(plan, pass))
  return pngFile(plan, [
    ...(plan.palette ? [chunk('PLTE', Buffer.from(plan.palette.flat()))] : []),
    ...(plan.before ?? []),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    ...(plan.behind ?? []),
    chunk('IEND'),
  ])
}

/** A PNG of zeros, however large: a few thousand bytes that decode to many million. */
export function pngOfZeros(width: number, height: number): Buffer {
  const plan = { width, height, colourType: 0, bitDepth: 8 } as const
  return pngFile(plan, [
    chunk('IDAT', deflateSync(Buffer.alloc((width + 1) * height), { level: 9 })),
    chunk('IEND'),
  ])
}

/** A file with these chunks behind its header, however little sense they make. */
export function pngFile(
  {
    width,
    height,
    colourType,
    bitDepth,
    isInterlaced,
  }: Pick<PngPlan, 'width' | 'height' | 'colourType' | 'bitDepth' | 'isInterlaced'>,
  chunks: Buffer[],
): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([bitDepth, colourType, 0, 0, isInterlaced ? 1 : 0], 8)
  return Buffer.concat([SIGNATURE, chunk('IHDR', header), ...chunks])
}

export function chunk(name: string, data: Buffer = Buffer.alloc(0)): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), data])
  return Buffer.concat([uint32(data.length), named, uint32(crc32(named))])
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function rowsOf(
  plan: PngPlan,
  [startX, startY, stepX, stepY]: readonly [number, number, number, number],
): Buffer[] {
  const rows: Buffer[] = []
  if (startX >= plan.width) return rows
  for (let y = startY; y < plan.height; y += stepY) {
    const samples: number[] = []
    for (let x = startX; x < plan.width; x += stepX) samples.push(...plan.samples(x, y))
    rows.push(Buffer.from([0, ...packed(samples, plan.bitDepth)]))
  }
  return rows
}

/** Samples as bytes, the first one in the highest bits. */
function packed(samples: number[], bitDepth: number): number[] {
  if (bitDepth === 16) return samples.flatMap((sample) => [sample >> 8, sample & 0xff])
  const perByte = 8 / bitDepth
  return Array.from({ length: Math.ceil(samples.length / perByte) }, (_, at) => {
    let byte = 0
    for (let i = 0; i < perByte; i++) byte = (byte << bitDepth) | (samples[at * perByte + i] ?? 0)
    return byte
  })
}
