/** Writes one structured line, which Workers Logs indexes field by field. Never give it a secret, a token or a body. */
export function log(level: 'info' | 'warn' | 'error', fields: Record<string, unknown>): void {
  console[level](JSON.stringify({ level, ...fields }))
}

/**
 * What a line may tell of a failure: name, message and function of the error at the root of its causes. Never a stack, and
 * never the message of a Drizzle error, which quotes the statement and its parameters; its cause has the words of D1.
 */
export function causeOf(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return {}
  let root = error
  while (root.cause instanceof Error) root = root.cause
  const at = /\n +at (?:async )?([\w$.]+) \(/.exec(root.stack ?? '')?.[1]
  const isQuoting = root.name === 'DrizzleQueryError'
  return {
    error: root.name,
    ...(!isQuoting && { message: root.message.split('\n')[0]?.slice(0, 300) }),
    ...(at && { at }),
  }
}
