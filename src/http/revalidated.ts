import type { Context, TypedResponse } from 'hono'
import type { JSONParsed } from 'hono/utils/types'
import { knownTags } from './entity-tags.ts'
import { sha256 } from './hex.ts'

/** The headers of an answer of `revalidated`, as the document describes them. */
export const REVALIDATED = { ETag: 'For `If-None-Match`.' }

/** An answer that the typed client takes for a 200 with the value, though it may be a 304: browsers hide that. */
export type Revalidated<T> = Response & TypedResponse<JSONParsed<T>, 200, 'json'>

/**
 * Answers a read with JSON that the client may keep if it asks each time whether that still holds: sends an `ETag`, and a 304
 * if `If-None-Match` has it. Not Hono's middleware `etag()`: that reads the text back out of a finished answer, which takes a
 * twentieth of the CPU of a read.
 */
export async function revalidated<T extends object>(c: Context, value: T): Promise<Revalidated<T>> {
  const text = JSON.stringify(value)
  const tag = `"${await sha256(text)}"`
  const headers = { 'Cache-Control': 'private, no-cache', Vary: 'Authorization', ETag: tag }
  const answer = isAmong(knownTags(c.req.raw.headers), tag)
    ? c.newResponse(null, 304, headers)
    : c.newResponse(text, 200, { ...headers, 'Content-Type': 'application/json' })
  return answer as Revalidated<T>
}

/** Compared weakly (RFC 9110, 13.1.2): a proxy that compresses an answer makes its tag weak. */
const isAmong = (tags: string[], tag: string) =>
  tags.some((each) => each === '*' || each.replace(/^W\//, '') === tag)
