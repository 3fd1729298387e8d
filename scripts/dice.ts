const MONTH_MS = 30 * 24 * 3600 * 1000

/** Chance that repeats itself: the same seed throws the same numbers, on every machine. Not for secrets. */
export class Dice {
  #state: number

  constructor(seed: string) {
    // FNV-1a: seeds that differ in one character start far apart.
    this.#state = 0x811c9dc5
    for (let index = 0; index < seed.length; index++) {
      this.#state = Math.imul(this.#state ^ seed.charCodeAt(index), 0x01000193)
    }
  }

  /** At least 0, less than 1. (Mulberry32.) */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let bits = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number {
    return Math.floor(this.fraction() * limit)
  }

  chance(probability: number): boolean {
    return this.fraction() < probability
  }

  /** @throws RangeError if there is nothing to pick from */
  pick<T>(list: readonly T[]): T {
    const picked = list[this.below(list.length)]
    if (picked === undefined) throw new RangeError('Nothing to pick from.')
    return picked
  }

  /**
   * One of them, by Zipf's law: the first most often, the second about half as often, the hundredth about a hundredth.
   * @throws RangeError if there is nothing to pick from
   */
  pickSkewed<T>(list: readonly T[]): T {
    const rank = Math.floor((list.length + 1) ** this.fraction())
    const picked = list[Math.min(rank, list.length) - 1]
    if (picked === undefined) throw new RangeError('Nothing to pick from.')
    return picked
  }

  /** Between `min` and `max` of them, or all if there are fewer, in their order. */
  some<T>(list: readonly T[], min: number, max: number): T[] {
    const chosen = new Set<T>()
    const count = Math.min(list.length, min + this.below(max - min + 1))
    while (chosen.size < count) chosen.add(this.pick(list))
    return list.filter((item) => chosen.has(item))
  }

  /** A moment after `start` and before `end`, within a month and rather sooner than later. */
  soonAfter(start: number, end: number): number {
    return start + Math.floor(this.fraction() ** 2 * Math.min(end - start, MONTH_MS))
  }
}
