import { PASSWORD } from './secrets.ts'

const ACCESS_SECONDS = 15 * 60
const IDLE_SECONDS = 14 * 24 * 3600
const ABSOLUTE_SECONDS = 90 * 24 * 3600
const GRACE_SECONDS = 10

export interface ModelToken {
  token: string
  /** When it expires, in milliseconds. */
  expiresAt: number
  generation: number
}

export interface ModelSession {
  createdAt: number
  expiresAt: number
  generation: number
  rotatedAt: number
  isOver: boolean
  /** Every token ever given, oldest first. */
  access: ModelToken[]
  refresh: ModelToken[]
}

const wholeSeconds = (ms: number) => Math.floor(ms / 1000) * 1000

/** What the contract says of one account and its sessions, in a few lines and without a database. */
export class Account {
  readonly email: string
  readonly username: string
  password = PASSWORD
  isDeleted = true
  sessions: ModelSession[] = []

  constructor(username: string) {
    this.username = username
    this.email = `${username}@example.com`
  }

  registered(tokens: { access: string; refresh: string }, now: number) {
    this.isDeleted = false
    this.began(tokens, now)
  }

  began(tokens: { access: string; refresh: string }, now: number) {
    const expiresAt = now + IDLE_SECONDS * 1000
    const session = {
      createdAt: now,
      expiresAt,
      generation: 0,
      rotatedAt: 0,
      isOver: false,
      access: [],
      refresh: [],
    }
    this.sessions.push(session)
    this.gave(session, tokens, now)
  }

  gave(session: ModelSession, { access, refresh }: { access: string; refresh: string }, now: number) {
    const { generation } = session
    const end = wholeSeconds(session.expiresAt)
    session.access.push({
      token: access,
      generation,
      expiresAt: Math.min(wholeSeconds(now) + ACCESS_SECONDS * 1000, end),
    })
    session.refresh.push({ token: refresh, generation, expiresAt: end })
  }

  /** Spends a refresh token, and tells whether that gives a pair. */
  spends(session: ModelSession, token: ModelToken, now: number): boolean {
    if (token.expiresAt <= now || !this.isAlive(session, now)) return false
    if (token.generation === session.generation) {
      session.generation += 1
      session.rotatedAt = now
      session.expiresAt = Math.min(now + IDLE_SECONDS * 1000, session.createdAt + ABSOLUTE_SECONDS * 1000)
      return true
    }
    const isInGrace =
      token.generation === session.generation - 1 && now < session.rotatedAt + GRACE_SECONDS * 1000
    if (!isInGrace) session.isOver = true
    return isInGrace
  }

  isAlive(session: ModelSession, now: number): boolean {
    return !this.isDeleted && !session.isOver && session.expiresAt > now
  }

  /** Whether the newest access token of the session opens anything. */
  isSignedIn(session: ModelSession | undefined, now: number): session is ModelSession {
    return (
      session !== undefined && this.isAlive(session, now) && (session.access.at(-1)?.expiresAt ?? 0) > now
    )
  }

  endAll() {
    for (const session of this.sessions) session.isOver = true
  }

  deleted() {
    this.isDeleted = true
    this.endAll()
  }
}
