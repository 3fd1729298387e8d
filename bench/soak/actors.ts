import { Dice } from '../../scripts/dice.ts'
import type { Answer, Call, Send } from '../client.ts'
import { ACCOUNT_ACTS, logIn, register } from './account-acts.ts'
import { PROJECT_ACTS } from './project-acts.ts'
import type { Project, Session, Town } from './town.ts'

/** One of the things that an actor does. Nothing is done where it cannot be, or while somebody else is at it. */
export interface Act {
  weight: number
  perform: (actor: Actor) => Promise<unknown>
}

/** A store that fails so often in a row is no accident. */
const MAX_ATTEMPTS = 30

/** Somebody with an account who does one thing after another, each until it is acknowledged. */
export class Actor {
  readonly town: Town
  readonly dice: Dice
  readonly #send: Send
  readonly #name: string
  hasAccount = false
  username = ''
  email = ''
  password = ''
  displayName = ''
  avatar: { path: string; etag: string | undefined } | undefined
  sessions: Session[] = []
  /** How many names were made up, things done and answers 503. */
  names = 0
  acts = 0
  refusals = 0

  constructor(name: string, seed: string, town: Town, send: Send) {
    this.#name = name
    this.dice = new Dice(`${seed}, ${name}`)
    this.town = town
    this.#send = send
  }

  async act(): Promise<void> {
    this.acts += 1
    if (!this.hasAccount) await register(this)
    if (this.sessions.length === 0) await logIn(this)
    let left = this.dice.below(TOTAL_WEIGHT)
    const act = ACTS.find(({ weight }) => {
      left -= weight
      return left < 0
    })
    await act?.perform(this)
  }

  /** A name that nobody had before, nor gets later. */
  newName(): string {
    this.names += 1
    return `${this.#name}-${this.names}`
  }

  get access(): string {
    return this.sessions[0]?.access ?? ''
  }

  get projects(): Project[] {
    return [...this.town.projects].filter(({ owner }) => owner === this)
  }

  /**
   * Sends a request until the answer is not 503. If one was, what it asked for may be done: `afterLoss` are the statuses
   * that may come only then. @throws for any other status
   */
  async insist(call: Call, afterLoss: number[] = []): Promise<Answer> {
    for (let attempts = 1; attempts <= MAX_ATTEMPTS; attempts++) {
      const status = [call.status ?? 200, 503, attempts > 1 ? afterLoss : []].flat()
      const answer = await this.#send({ ...call, status })
      if (answer.status !== 503) return answer
      this.refusals += 1
    }
    throw new Error(`${call.method ?? 'GET'} ${call.path} was answered 503 ${MAX_ATTEMPTS} times in a row.`)
  }

  /** The sessions are over, whoever has their tokens. */
  ends(...sessions: Session[]): void {
    this.town.ended.push(...sessions)
    this.sessions = this.sessions.filter((session) => !sessions.includes(session))
  }
}

const ACTS: Act[] = [...ACCOUNT_ACTS, ...PROJECT_ACTS]
const TOTAL_WEIGHT = ACTS.reduce((sum, { weight }) => sum + weight, 0)
