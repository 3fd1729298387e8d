import { causeOf, log } from '../http/log.ts'
import type { EndedSession } from './sessions.ts'

/** KV's shortest time to live. */
const MIN_TTL_SECONDS = 60

const keyOf = (sessionId: string) => `ended:${sessionId}`

/**
 * Whether KV knows that the session has ended. True is certain. False means "ask D1": KV is eventually consistent and may
 * be down.
 */
export async function isBlacklisted(kv: KVNamespace, sessionId: string): Promise<boolean> {
  try {
    return (await kv.get(keyOf(sessionId))) !== null
  } catch (error) {
    logFailure('get', sessionId, error)
    return false
  }
}

/**
 * Puts ended sessions on the blacklist, each until its last refresh token has expired. Never throws: D1 knows already that
 * they have ended, and the blacklist only saves asking it.
 */
export async function blacklist(kv: KVNamespace, sessions: EndedSession[], now: Date): Promise<void> {
  await Promise.all(sessions.map((session) => blacklistOne(kv, session, now)))
}

async function blacklistOne(kv: KVNamespace, session: EndedSession, now: Date): Promise<void> {
  const remainingSeconds = Math.ceil((session.expiresAt.getTime() - now.getTime()) / 1000)
  try {
    await kv.put(keyOf(session.id), '', { expirationTtl: Math.max(MIN_TTL_SECONDS, remainingSeconds) })
  } catch (error) {
    logFailure('put', session.id, error)
  }
}

function logFailure(operation: string, sessionId: string, error: unknown) {
  log('warn', { event: 'blacklist_failed', operation, sessionId, ...causeOf(error) })
}
