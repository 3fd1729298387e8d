import { NetworkError } from './errors.ts'
import { LONGEST_MS } from './insist.ts'

/** As much of the Web Locks API as is used here. */
interface Locks {
  request(name: string, options: { signal: AbortSignal }, act: () => Promise<unknown>): Promise<unknown>
}

/** Longer than a refresh can take, which brings the tokens that others wait for. */
const MAX_WAIT_MS = LONGEST_MS + 1000

/**
 * Runs one act after the other. If another act hangs, here or in another tab, one that `isUrgent` runs without a turn after a
 * while. No act that may spend the refresh token is urgent, since the one that hangs may be spending it.
 * @throws NetworkError if the turn does not come; else what `act` throws
 */
export type Turns = <T>(act: () => Promise<T>, options?: { isUrgent: boolean }) => Promise<T>

/**
 * Turns that all tabs take together where there are Web Locks (https://w3c.github.io/web-locks/), else each tab by itself:
 * two tabs may then spend one refresh token at once, which the API allows for ten seconds.
 */
export function takingTurns(name: string): Turns {
  let last: Promise<unknown> = Promise.resolve()
  return (act, { isUrgent } = { isUrgent: false }) => {
    const patience = AbortSignal.timeout(MAX_WAIT_MS)
    const turn = overOrAborted(last, patience).then(() => locked(name, act, isUrgent, patience))
    last = turn.catch(() => {})
    return turn
  }
}

const overOrAborted = (last: Promise<unknown>, signal: AbortSignal) =>
  Promise.race([last, new Promise((resolve) => signal.addEventListener('abort', resolve))])

async function locked<T>(
  name: string,
  act: () => Promise<T>,
  isUrgent: boolean,
  signal: AbortSignal,
): Promise<T> {
  const { navigator } = globalThis as unknown as { navigator?: { locks?: Locks } }
  let result: Promise<T> | undefined
  const once = () => {
    result ??= act()
    return result
  }
  try {
    signal.throwIfAborted()
    await navigator?.locks?.request(name, { signal }, once)
  } catch {
    if (!result && signal.aborted && !isUrgent) throw new NetworkError(signal.reason)
    // The browser has no locks for us. If it was `act` that failed, its failure comes out below.
  }
  return once()
}
