import type { Context } from 'hono'
import type { AppEnv } from '../env.ts'
import { log } from '../http/log.ts'
import { addLogFields } from '../http/request-log.ts'

/** What a security engineer asks the log for (OWASP ASVS 5.0, 16.3). Refusals are in the line of the request. */
type AuditEvent =
  | 'registered'
  | 'signed_in'
  | 'sign_in_failed'
  | 'refreshed'
  | 'refresh_reused'
  | 'session_ended'
  | 'signed_out'
  | 'signed_out_everywhere'
  | 'password_changed'
  | 'account_deleted'

/**
 * Writes a line about an event, with the id of the request, and with user and session: those of the caller, if `about` names
 * no others. The request's own line names those of `about` too, if nobody is signed in. Never a secret, never an email.
 */
export function audit(
  c: Context<AppEnv>,
  event: AuditEvent,
  about: { userId?: number | undefined; sessionId?: string | undefined } = {},
): void {
  const isAlarming = event === 'sign_in_failed' || event === 'refresh_reused'
  log(isAlarming ? 'warn' : 'info', { event, ...c.var.logFields, ...about })
  if (!c.var.caller) addLogFields(c, about)
}
