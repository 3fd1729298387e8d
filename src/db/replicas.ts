/** The header by which the API tells how far the database has come, and a client sends back what it was told last. */
export const BOOKMARK_HEADER = 'X-D1-Bookmark'

const BOOKMARK = /^[\da-f]{1,16}(?:-[\da-f]{1,64}){1,8}$/

/**
 * Where a request's statements are sent: to the `primary`; to the nearest copy, however old (`first-unconstrained`); or to a
 * copy that is at least as new as a bookmark. https://developers.cloudflare.com/d1/best-practices/read-replication/
 */
export type Anchor = 'primary' | 'first-unconstrained' | D1SessionBookmark

/**
 * Anonymous reads ask the nearest copy. A signed-in read asks a copy only with a bookmark, so that the user sees what the
 * user has written. Whatever may write asks the primary. Undefined if replication is off: then there is but one database.
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
