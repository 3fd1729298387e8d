import { Dice } from '../../scripts/dice.ts'
import type { Answer, Call } from '../client.ts'
import { type Kind, remember } from './kinds.ts'
import { READS } from './reads.ts'
import { LOG_IN, WRITES } from './writes.ts'

/** What people do, mostly reading: of about a thousand requests, how many are of each kind. */
export const KINDS: Kind[] = [...READS, ...WRITES]

/** A request of some kind. */
export interface Step {
  kind: Kind
  call: Call
}

export interface Person {
  email: string
  password: string
}

/** A read whose answer the visitor has kept, with its ETag. */
interface Kept {
  path: string
  isSignedIn: boolean
  etag: string
}

/**
 * Somebody who uses DevCollab, and remembers what was seen there. The same seed does the same as long as the answers are
 * the same. One request at a time: `next`, then `learn` from its answer.
 */
export class Visitor {
  readonly dice: Dice
  readonly person: Person
  readonly kept: Kept[] = []
  /** Ids of projects: seen in lists, the visitor's own, and those that were asked to join. */
  readonly seen: number[] = []
  readonly owned: number[] = []
  readonly asked: number[] = []
  readonly usernames: string[] = []
  /** Ids of requests: pending ones to the visitor's projects, and the visitor's own. */
  readonly received: number[] = []
  readonly sent: number[] = []
  access = ''
  refresh = ''
  /** The page after the list that was read last. */
  nextPage: string | undefined
  /** What comes next, whatever the dice say. */
  readonly due: Kind[] = [LOG_IN]
  /** How many texts were written. */
  written = 0

  constructor(seed: string, person: Person) {
    this.dice = new Dice(seed)
    this.person = person
  }

  next(): Step {
    for (;;) {
      const kind = this.due.shift() ?? this.#choose()
      const call = kind.call(this)
      // Nothing to decide, no further page: something else, then.
      if (call) return { kind, call }
    }
  }

  learn({ kind, call: { path, token } }: Step, answer: Answer): void {
    const { etag } = answer.headers
    if (etag !== undefined && answer.status === 200) {
      remember(this.kept, { path, isSignedIn: token !== undefined, etag })
    }
    kind.learn?.(this, answer)
  }

  #choose(): Kind {
    let left = this.dice.below(TOTAL_WEIGHT)
    for (const kind of KINDS) {
      left -= kind.weight
      if (left < 0) return kind
    }
    throw new RangeError('Nothing to choose from.')
  }
}

const TOTAL_WEIGHT = KINDS.reduce((sum, { weight }) => sum + weight, 0)
