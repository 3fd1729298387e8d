import corpus from 'virtual:pictures'
import fc from 'fast-check'
import { bytesOf, joined, MAX_PICTURE_BYTES, PIXEL } from './avatars.ts'
import { type Change, changing, done, type Twist } from './fuzz-targets.ts'

const TYPES = ['image/png', 'image/jpeg', 'image/webp', 'image/gif']
const SMALL_BYTES = 20_000

const small = corpus.pictures
  .map(({ base64 }) => bytesOf(base64))
  .filter(({ length }) => length < SMALL_BYTES)
const picture = fc.constantFrom(PIXEL, ...small)
const noPicture = fc.oneof(
  fc.constantFrom(
    ...corpus.hostile
      .filter(({ fate }) => fate.startsWith('refused at') || fate === 'refused')
      .map(({ base64 }) => bytesOf(base64)),
  ),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => new Uint8Array(bytes)),
  // Its header alone.
  picture.map((bytes) => bytes.slice(0, 12)),
)

/** A twist of the upload. */
const ofPicture = (twist: Omit<Twist, 'changes'> & { change: fc.Arbitrary<Change> }): Twist => ({
  ...twist,
  changes: ({ endpoint }) => (endpoint.picture ? twist.change : undefined),
})

const raw = (bytes: fc.Arbitrary<Uint8Array>, type: fc.Arbitrary<string> = fc.constantFrom(...TYPES)) =>
  fc.tuple(bytes, type).map(
    changing(([body, contentType], shot) => {
      Object.assign(shot, { body, headers: { 'Content-Type': contentType } })
    }),
  )

/** A form, as a browser writes it, of one part with these headers. */
const form = (bytes: fc.Arbitrary<Uint8Array<ArrayBuffer>>, disposition: fc.Arbitrary<string>) =>
  fc.tuple(bytes, disposition).map(
    changing(async ([part, about], shot) => {
      const head = `--boundary\r\nContent-Disposition: form-data; ${about}\r\nContent-Type: image/png\r\n\r\n`
      Object.assign(shot, {
        body: await joined(head, part, '\r\n--boundary--\r\n'),
        headers: { 'Content-Type': 'multipart/form-data; boundary=boundary' },
      })
    }),
  )

const avatarFile = fc.constantFrom('name="avatar"; filename="me.png"', 'name="avatar"; filename="../../x"')

/** What is sent for a picture. */
export const PICTURES: Twist[] = [
  ofPicture({ name: 'a picture', change: raw(picture), expected: done }),
  ofPicture({ name: 'a picture in a form', change: form(picture, avatarFile), expected: done }),
  ofPicture({ name: 'no picture', change: raw(noPicture), expected: () => [422] }),
  ofPicture({ name: 'no picture in a form', change: form(noPicture, avatarFile), expected: () => [422] }),
  ofPicture({
    name: 'a form without a file',
    change: form(
      picture,
      fc.constantFrom('name="avatar"', 'name="picture"; filename="me.png"', 'name=""', ''),
    ),
    expected: () => [422],
  }),
  ofPicture({
    name: 'no form, though it is called one',
    change: raw(picture, fc.constantFrom('multipart/form-data', 'multipart/form-data; boundary=x')),
    expected: () => [422],
  }),
  ofPicture({
    name: 'a picture of another type',
    change: raw(
      picture,
      fc.constantFrom(
        '',
        'image/svg+xml',
        'application/json',
        'image/*',
        'text/html',
        'application/octet-stream',
      ),
    ),
    expected: () => [415],
  }),
  ofPicture({
    name: 'more than may be sent',
    change: raw(fc.constant(new Uint8Array(MAX_PICTURE_BYTES + 1))),
    expected: () => [413],
  }),
]
