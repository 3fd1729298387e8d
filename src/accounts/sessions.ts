import { encodeBase64Url } from 'hono/utils/encode'
import type { Settings } from '../env.ts'

/** Who a valid access token speaks for. */
export interface Caller {
  userId: number
  sessionId: string
}

/** A refresh token that is spent again within this time of its rotation is taken for a lost response or a second tab. */
export const REFRESH_GRACE_SECONDS = 10

/** How many a user may have at once. A login beyond that ends the session whose last use is longest ago. */
export const MAX_SESSIONS = 50

const MAX_USER_AGENT_LENGTH = 255

export interface NewSession {
  id: string
  userAgent: string
  createdAt: Date
  expiresAt: Date
}

/** A session that has ended in D1. Its last refresh token expires at `expiresAt`. */
export interface EndedSession {
  id: string
  expiresAt: Date
}

/** A session that begins now, with an id of 256 random bits. */
export function newSession(userAgent: string | undefined, settings: Settings, now: Date): NewSession {
  return {
    id: randomId(),
    // Not cut through a pair of surrogates: half of it has no bytes to store.
    userAgent: (userAgent ?? '').slice(0, MAX_USER_AGENT_LENGTH).replace(/[\ud800-\udbff]$/, ''),
    createdAt: now,
    expiresAt: new Date(
      now.getTime() + Math.min(settings.REFRESH_TTL_SECONDS, settings.SESSION_TTL_SECONDS) * 1000,
    ),
  }
}

/** 256 random bits, base64url without padding. */
export const randomId = (): string =>
  encodeBase64Url(crypto.getRandomValues(new Uint8Array(32)).buffer).replace('=', '')
