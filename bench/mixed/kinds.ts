import type { Answer, Call } from '../client.ts'
import type { Visitor } from './visitors.ts'

/** One of the things that people do here. */
export interface Kind {
  name: string
  /** How often it is done, beside the others; 0 for what only follows on another. */
  weight: number
  /** Undefined where there is nothing to do it with. */
  call: (visitor: Visitor) => Call | undefined
  learn?: (visitor: Visitor, answer: Answer) => void
}

/** How many of a thing a visitor remembers. */
const MEMORY = 50

/** Puts them at the end, each once, and forgets the oldest. */
export function remember<T>(memory: T[], ...things: T[]): void {
  for (const thing of things) forget(memory, thing)
  memory.push(...things)
  memory.splice(0, memory.length - MEMORY)
}

export function forget<T>(memory: T[], thing: T): void {
  const place = memory.indexOf(thing)
  if (place >= 0) memory.splice(place, 1)
}
