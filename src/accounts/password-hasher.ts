import { DurableObject } from 'cloudflare:workers'
import { PASSWORD_POLICY } from '../limits.ts'
import { hashDigest, isOutdated, matchesHash } from './passwords.ts'

const FAILURE_WINDOW_SECONDS = PASSWORD_POLICY.seconds

export interface PasswordCheck {
  digest: string
  /** Undefined for an unknown account, which takes as long and fails. */
  passwordHash: string | undefined
  cost: number
  /** The networks that the password comes from, and how often each may fail within the window. Empty: no limit. */
  networks: { name: string; maxFailures: number }[]
}

export interface PasswordVerdict {
  isMatch: boolean
  /** On a match with a hash of a lower cost than is due now: a new hash of the same password. */
  renewedHash?: string | undefined
  /** If nothing was compared, since the network has failed too often. */
  retryAfterSeconds?: number
}

/** Wrong passwords of one network since the first of them. */
interface Failures {
  count: number
  /** Milliseconds since 1970. */
  since: number
}

/**
 * Hashes the passwords of one account, since that takes more CPU than the Free plan grants a request. In all the world there
 * is one object for an account, so it also counts wrong passwords: for each network apart, so that an attacker elsewhere
 * does not lock the owner out. The password of a new account is hashed by an object of the caller's network.
 */
export class PasswordHasher extends DurableObject {
  /** Comparisons under way. They count as failures until they end, so that many at once are no way round the limit. */
  readonly #underWay = new Map<string, number>()

  hash(digest: string, cost: number): Promise<string> {
    return hashDigest(digest, cost)
  }

  async verify({ digest, passwordHash, cost, networks }: PasswordCheck): Promise<PasswordVerdict> {
    for (const { name, maxFailures } of networks) {
      const { count, since } = this.#failuresOf(name)
      if (count >= maxFailures) return throttled(since + FAILURE_WINDOW_SECONDS * 1000 - Date.now())
      if (count + (this.#underWay.get(name) ?? 0) >= maxFailures) return throttled(1000)
    }
    const names = networks.map(({ name }) => name)
    for (const name of names) this.#underWay.set(name, (this.#underWay.get(name) ?? 0) + 1)
    try {
      const verdict = await this.#compare(digest, passwordHash, cost)
      for (const name of names) verdict.isMatch ? this.#forgive(name) : this.#countFailure(name)
      if (!verdict.isMatch && names.length > 0) await this.#remember()
      return verdict
    } finally {
      for (const name of names) this.#end(name)
    }
  }

  /** Forgets failures whose window is over; an object that nobody attacks keeps nothing. */
  override async alarm(): Promise<void> {
    const { kv } = this.ctx.storage
    const entries = [...kv.list<Failures>()]
    const over = entries.filter(([, { since }]) => since <= windowStart())
    for (const [network] of over) kv.delete(network)
    if (over.length < entries.length)
      await this.ctx.storage.setAlarm(Date.now() + FAILURE_WINDOW_SECONDS * 1000)
    else await this.ctx.storage.deleteAll()
  }

  async #compare(digest: string, passwordHash: string | undefined, cost: number): Promise<PasswordVerdict> {
    if (!(await matchesHash(digest, passwordHash, cost))) return { isMatch: false }
    const renewedHash =
      passwordHash && isOutdated(passwordHash, cost) ? await hashDigest(digest, cost) : undefined
    return { isMatch: true, renewedHash }
  }

  #failuresOf(network: string): Failures {
    const failures = this.ctx.storage.kv.get<Failures>(network)
    return failures && failures.since > windowStart() ? failures : { count: 0, since: Date.now() }
  }

  #countFailure(network: string): void {
    const { count, since } = this.#failuresOf(network)
    this.ctx.storage.kv.put(network, { count: count + 1, since })
  }

  /** Sees to it that the failures are forgotten in time. */
  async #remember(): Promise<void> {
    if ((await this.ctx.storage.getAlarm()) !== null) return
    await this.ctx.storage.setAlarm(Date.now() + FAILURE_WINDOW_SECONDS * 1000)
  }

  #end(network: string): void {
    const left = (this.#underWay.get(network) ?? 1) - 1
    if (left > 0) this.#underWay.set(network, left)
    else this.#underWay.delete(network)
  }

  /** Whoever knows the password is no attacker. */
  #forgive(network: string): void {
    if (this.#failuresOf(network).count > 0) this.ctx.storage.kv.delete(network)
  }
}

const throttled = (ms: number): PasswordVerdict => ({
  isMatch: false,
  retryAfterSeconds: Math.max(1, Math.ceil(ms / 1000)),
})

const windowStart = () => Date.now() - FAILURE_WINDOW_SECONDS * 1000
