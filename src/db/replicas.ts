/** The header by which a client passes on how far the database had come when it last heard of it. */
export const BOOKMARK_HEADER = 'X-D1-Bookmark'

const BOOKMARK = /^[\da-f]{1,16}(?:-[\da-f]{1,64}){1,8}$/

/**
 * Where a request's statements are sent: `primary`; or to whichever copy of the database is near, `first-unconstrained` or,
 * if it is to have come as far as a bookmark, that. https://developers.cloudflare.com/d1/best-practices/read-replication/
 */
export type Anchor = 'primary' | 'first-unconstrained' | D1SessionBookmark

/**
 * Anonymous reads ask the nearest copy. A signed-in read does so only from a bookmark on, so that it sees its own
 * writes. Whatever writes asks the primary. Undefined where replication is off: there is but one copy to ask.
 */
export function anchorOf(
  { method, headers }: Request,
  replication: 'on' | 'off',
  { isSignedIn }: { isSignedIn: boolean },
): Anchor | undefined {
  if (replication === 'off') return undefined
  if (method !== 'GET' && method !== 'HEAD') return 'primary'
  const bookmark = headers.get(BOOKMARK_HEADER) ?? ''
  if (BOOKMARK.test(bookmark)) return bookmark
  return isSignedIn ? 'primary' : 'first-unconstrained'
}
