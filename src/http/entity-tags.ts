/** An entity tag (RFC 9110, 8.8.3). */
const TAG = /(?:W\/)?"[!#-~]*"/g

/** The tags in `If-None-Match`, `*` if it is that; what is no tag is passed over. */
export function knownTags(headers: Headers): string[] {
  const sent = headers.get('If-None-Match')?.trim() ?? ''
  return sent === '*' ? ['*'] : (sent.match(TAG) ?? [])
}
