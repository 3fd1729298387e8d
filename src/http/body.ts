import { bodyTooLarge, incompleteBody, unsupportedCoding } from './errors.ts'

/** The media type that a request says its body is of, without parameters such as `charset`. */
export const mediaTypeOf = (request: Request): string | undefined =>
  request.headers.get('Content-Type')?.split(';')[0]?.trim().toLowerCase()

/**
 * Reads the whole body of a request. As soon as it has more than `maxBytes`, whatever its Content-Length says, no more of it
 * is read. @throws `body_too_large`, `incomplete_body`; `unsupported_media_type` if the body is compressed
 */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const coding = request.headers.get('Content-Encoding') ?? 'identity'
  if (coding.toLowerCase() !== 'identity') throw unsupportedCoding()
  if (Number(request.headers.get('Content-Length')) > maxBytes) throw bodyTooLarge(maxBytes)
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.byteLength
      if (size > maxBytes) break
      chunks.push(chunk)
    }
  } catch {
    throw incompleteBody()
  }
  if (size > maxBytes) throw bodyTooLarge(maxBytes)
  return new Uint8Array(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer())
}
