/** Writes one structured line, which Workers Logs indexes field by field. Never give it a secret, a token or a body. */
export function log(level: 'info' | 'warn' | 'error', fields: Record<string, unknown>): void {
  console[level](JSON.stringify({ level, ...fields }))
}
