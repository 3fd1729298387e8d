/** As much of the Web Locks API as is used here. */
interface Locks {
  request(name: string, options: { signal: AbortSignal }, act: () => Promise<unknown>): Promise<unknown>
}

/** A tab that hangs with the lock must not hang the others. */
const MAX_WAIT_MS = 15_000

/** Runs what it is given one after the other. */
export type Turns = <T>(act: () => Promise<T>) => Promise<T>

/**
 * Turns that all tabs take together where there are Web Locks (https://w3c.github.io/web-locks/), else each tab by itself:
 * two tabs may then spend one refresh token at once, which the API allows for ten seconds.
 */
export function takingTurns(name: string): Turns {
  let last: Promise<unknown> = Promise.resolve()
  return (act) => {
    const turn = last.then(() => locked(name, act))
    last = turn.catch(() => {})
    return turn
  }
}

async function locked<T>(name: string, act: () => Promise<T>): Promise<T> {
  let result: Promise<T> | undefined
  const once = () => {
    result ??= act()
    return result
  }
  const { navigator } = globalThis as unknown as { navigator?: { locks?: Locks } }
  try {
    await navigator?.locks?.request(name, { signal: AbortSignal.timeout(MAX_WAIT_MS) }, once)
  } catch {
    // Refused, or waited for too long. If it was `act` that failed, its failure comes out below.
  }
  return once()
}
