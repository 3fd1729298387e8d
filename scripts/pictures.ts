import sharp, { type Sharp } from 'sharp'
import { Dice } from './dice.ts'
import { type Corpus, type Picture, SECRETS } from './picture-kinds.ts'
import { hostilePictures } from './pictures-hostile.ts'
import { type ColourType, chunk, type PngPlan, png } from './pictures-png.ts'

const WIDTH = 96
const HEIGHT = 64
const RED = [220, 40, 40, 255]
const GREEN = [40, 170, 60, 255]
const BLUE = [40, 60, 210, 255]
const SAND = [240, 230, 190, 255]
const NOTHING = [0, 0, 0, 0]
const BLACK = [0, 0, 0, 255]
const WHITE = [255, 255, 255, 255]
const COLOURS = [RED, GREEN, BLUE, SAND]
const GREYS = [0, 85, 170, 255].map((level) => [level, level, level, 255])

/** Which quarter of the picture a pixel lies in, row by row. */
const quarterOf = (x: number, y: number) => (x < WIDTH / 2 ? 0 : 1) + (y < HEIGHT / 2 ? 0 : 2)

/** What EXIF's orientations, from 1, make of the quarters. */
const TURNED = [
  [0, 1, 2, 3],
  [1, 0, 3, 2],
  [3, 2, 1, 0],
  [2, 3, 0, 1],
  [0, 2, 1, 3],
  [2, 0, 3, 1],
  [3, 1, 2, 0],
  [1, 3, 0, 2],
]

export async function makeCorpus(): Promise<Corpus> {
  const pictures = [
    ...pngs(),
    ...(await jpegs()),
    ...(await turnedJpegs()),
    ...(await withMetadata()),
    ...(await gifsAndWebps()),
    ...(await sizes()),
  ]
  return { pictures, hostile: await hostilePictures(await drawn().jpeg().toBuffer()) }
}

function picture(name: string, type: string, bytes: Buffer, seen: Partial<Picture> = {}): Picture {
  const usual = { width: WIDTH, height: HEIGHT, quarters: COLOURS, tolerance: 24 }
  return { name, type: `image/${type}`, base64: bytes.toString('base64'), ...usual, ...seen }
}

/** The quarters, in other colours if need be, with a grain like a photograph's. */
function drawn(quarters: readonly (readonly number[])[] = COLOURS, channels: 1 | 3 | 4 = 3): Sharp {
  const dice = new Dice('grain')
  const pixels = Array.from({ length: WIDTH * HEIGHT }, (_, at) => {
    const colour = quarters[quarterOf(at % WIDTH, Math.floor(at / WIDTH))] ?? []
    const grain = dice.below(17) - 8
    return colour.slice(0, channels).map((level, i) => (i === 3 ? level : clamped(level + grain)))
  })
  return sharp(Buffer.from(pixels.flat()), { raw: { width: WIDTH, height: HEIGHT, channels } })
}

const clamped = (level: number) => Math.max(0, Math.min(255, level))

function pngs(): Picture[] {
  const kinds: [ColourType, PngPlan['bitDepth'][]][] = [
    [0, [1, 2, 4, 8, 16]],
    [2, [8, 16]],
    [3, [1, 2, 4, 8]],
    [4, [8, 16]],
    [6, [8, 16]],
  ]
  return kinds.flatMap(([colourType, depths]) =>
    depths.flatMap((bitDepth) =>
      [false, true].map((isInterlaced) => {
        const { quarters, palette, samplesOf } = pngColours(colourType, bitDepth)
        const plan = { width: WIDTH, height: HEIGHT, colourType, bitDepth, isInterlaced }
        const samples = (x: number, y: number) => samplesOf(quarterOf(x, y))
        const name = `a PNG of colour type ${colourType} and ${bitDepth} bits${isInterlaced ? ', interlaced' : ''}`
        return picture(name, 'png', png({ ...plan, samples, ...(palette && { palette }) }), {
          quarters,
          tolerance: 12,
        })
      }),
    ),
  )
}

/** The colours that a PNG of this kind can have, and how it writes them. */
function pngColours(colourType: ColourType, bitDepth: number) {
  const max = 2 ** bitDepth - 1
  const written = (level: number) => Math.round((level * max) / 255)
  if (colourType === 3) {
    const palette = bitDepth === 1 ? [RED, BLUE] : COLOURS
    const indexOf = (quarter: number) => (bitDepth === 1 ? quarter >> 1 : quarter)
    return {
      palette: palette.map((colour) => colour.slice(0, 3)),
      quarters: [0, 1, 2, 3].map((quarter) => palette[indexOf(quarter)] ?? []),
      samplesOf: (quarter: number) => [indexOf(quarter)],
    }
  }
  const isGrey = colourType === 0 || colourType === 4
  const opaque = isGrey ? (bitDepth === 1 ? [BLACK, WHITE, WHITE, BLACK] : GREYS) : COLOURS
  const quarters = colourType >= 4 ? [...opaque.slice(0, 3), NOTHING] : opaque
  const samplesOf = (quarter: number) => {
    const [red = 0, green = 0, blue = 0, alpha = 0] = quarters[quarter] ?? []
    return [...(isGrey ? [red] : [red, green, blue]), ...(colourType >= 4 ? [alpha] : [])].map(written)
  }
  return { quarters, samplesOf, palette: undefined }
}

async function jpegs(): Promise<Picture[]> {
  const flat = { chromaSubsampling: '4:4:4' }
  return [
    picture('a JPEG', 'jpeg', await drawn().jpeg().toBuffer()),
    picture('a JPEG of full colour resolution', 'jpeg', await drawn().jpeg(flat).toBuffer()),
    picture('a progressive JPEG', 'jpeg', await drawn().jpeg({ progressive: true }).toBuffer()),
    picture('a grey JPEG', 'jpeg', await drawn(GREYS, 1).toColourspace('b-w').jpeg().toBuffer(), {
      quarters: GREYS,
    }),
    picture('a CMYK JPEG', 'jpeg', await drawn().toColourspace('cmyk').jpeg().toBuffer(), {
      tolerance: 70,
    }),
    picture(
      'a JPEG in a wide colour space, which its profile names',
      'jpeg',
      await drawn().withIccProfile('p3').jpeg(flat).toBuffer(),
    ),
  ]
}

const turnedJpegs = () =>
  Promise.all(
    TURNED.map(async (order, index) =>
      picture(
        `a JPEG with the EXIF orientation ${index + 1}`,
        'jpeg',
        await drawn()
          .withMetadata({ orientation: index + 1 })
          .jpeg()
          .toBuffer(),
        {
          quarters: order.map((quarter) => COLOURS[quarter] ?? []),
          ...(index >= 4 && { width: HEIGHT, height: WIDTH }),
        },
      ),
    ),
  )

async function withMetadata(): Promise<Picture[]> {
  const [exif, xmp, comment, text, itxt] = SECRETS
  const gps = {
    GPSLatitude: '52/1 31/1 12/1',
    GPSLatitudeRef: 'N',
    GPSLongitude: '13/1 24/1 18/1',
    GPSLongitudeRef: 'E',
  }
  const told = drawn()
    .withExif({ IFD0: { ImageDescription: exif, Artist: exif }, IFD3: gps })
    .withXmp(`<x:xmpmeta xmlns:x="adobe:ns:meta/"><x:y>${xmp}</x:y></x:xmpmeta>`)
  const jpeg = await told.clone().jpeg().toBuffer()
  const spoken = Buffer.concat([Buffer.from([0xff, 0xfe, 0, comment.length + 2]), Buffer.from(comment)])
  const tiff = jpeg.subarray(jpeg.indexOf('Exif\0\0') + 6).subarray(0, 512)
  const texts = [
    chunk('tEXt', Buffer.from(`Comment\0${text}`)),
    chunk('iTXt', Buffer.from(`Author\0\0\0\0\0${itxt}`)),
    chunk('eXIf', tiff),
  ]
  const samples = (x: number, y: number) => (COLOURS[quarterOf(x, y)] ?? []).slice(0, 3)
  const plan = { width: WIDTH, height: HEIGHT, colourType: 2, bitDepth: 8, samples } as const
  return [
    picture(
      'a JPEG with EXIF, GPS, XMP and a comment',
      'jpeg',
      Buffer.concat([jpeg.subarray(0, 2), spoken, jpeg.subarray(2)]),
    ),
    picture('a WebP with EXIF, GPS and XMP', 'webp', await told.clone().webp().toBuffer()),
    picture('a PNG with texts and EXIF', 'png', png({ ...plan, before: texts, behind: texts.slice(0, 2) })),
  ]
}

async function gifsAndWebps(): Promise<Picture[]> {
  const seeThrough = [RED, GREEN, BLUE, NOTHING]
  const frames = [await drawn().png().toBuffer(), await drawn([BLACK, BLACK, BLACK, BLACK]).png().toBuffer()]
  const film = () => sharp(frames, { join: { animated: true } })
  const alpha = () => drawn(seeThrough, 4)
  const webp = await drawn().webp().toBuffer()
  const scaled = Buffer.from(webp)
  for (const highByte of [27, 29]) scaled[highByte] = (scaled[highByte] ?? 0) | 0xc0
  return [
    picture('a GIF', 'gif', await drawn().gif().toBuffer()),
    picture('a GIF with a transparent colour', 'gif', await alpha().gif().toBuffer(), {
      quarters: seeThrough,
    }),
    picture('an animated GIF', 'gif', await film().gif().toBuffer()),
    picture('a WebP', 'webp', webp),
    picture('a WebP that wishes to be scaled, which decoders do not do', 'webp', scaled),
    picture('a lossless WebP', 'webp', await drawn().webp({ lossless: true }).toBuffer()),
    picture('a WebP with alpha', 'webp', await alpha().webp().toBuffer(), { quarters: seeThrough }),
    picture('a lossless WebP with alpha', 'webp', await alpha().webp({ lossless: true }).toBuffer(), {
      quarters: seeThrough,
    }),
    picture('an animated WebP', 'webp', await film().webp().toBuffer()),
  ]
}

async function sizes(): Promise<Picture[]> {
  const ofSize = async (width: number, height: number, type: 'png' | 'jpeg' | 'gif' | 'webp') => {
    const [r = 0, g = 0, b = 0] = GREEN
    const create = { width, height, channels: 3, background: { r, g, b } } as const
    const bytes = await sharp({ create }).toFormat(type).toBuffer()
    const quarters = [GREEN, GREEN, GREEN, GREEN]
    return picture(`a ${type} of ${width} by ${height}`, type, bytes, { width, height, quarters })
  }
  const all = (
    [
      [1, 1],
      [1, 2],
      [3, 5000],
      [5000, 3],
      [511, 700],
      [512, 512],
      [513, 513],
      [2000, 600],
      [600, 2000],
    ] as const
  ).flatMap(([width, height]) =>
    (['png', 'jpeg', 'gif', 'webp'] as const).map((type) => ofSize(width, height, type)),
  )
  return Promise.all([...all, ofSize(12_000, 1, 'png'), ofSize(1, 12_000, 'jpeg')])
}
