import { setTimeout as sleep } from 'node:timers/promises'

/** When a request was sent, in milliseconds of `performance.now()`, and how long its answer took. */
export interface Sample {
  sentAt: number
  tookMs: number
}

export interface Summary {
  count: number
  p50Ms: number
  p99Ms: number
  maxMs: number
}

/**
 * Sends one request after another on each connection for so long. Returns how many were answered in a second; the
 * last ones are waited for, and count with the time they took.
 */
export async function sendInTurn(
  { connections, forMs }: { connections: number; forMs: number },
  send: () => Promise<void>,
): Promise<number> {
  const start = performance.now()
  let count = 0
  await Promise.all(
    Array.from({ length: connections }, async () => {
      for (; performance.now() - start < forMs; count++) await send()
    }),
  )
  return (count * 1000) / (performance.now() - start)
}

/** Sends a request every so often, whether the others have been answered or not, until `isOver` or `atMost` are sent. */
export async function sendSteadily(
  { everyMs, atMost }: { everyMs: number; atMost: number },
  send: () => Promise<void>,
  isOver: () => boolean = () => false,
): Promise<Sample[]> {
  const start = performance.now()
  const samples: Promise<Sample>[] = []
  while (samples.length < atMost && !isOver()) {
    samples.push(timed(send))
    await sleep(Math.max(0, start + samples.length * everyMs - performance.now()))
  }
  return Promise.all(samples)
}

export async function timed(send: () => Promise<unknown>): Promise<Sample> {
  const sentAt = performance.now()
  await send()
  return { sentAt, tookMs: performance.now() - sentAt }
}

/** Percentiles by nearest rank. @throws RangeError without samples */
export function summarize(samples: Sample[]): Summary {
  const sorted = samples.map(({ tookMs }) => tookMs).sort((a, b) => a - b)
  const percentile = (percent: number) => {
    const value = sorted[Math.ceil((percent / 100) * sorted.length) - 1]
    if (value === undefined) throw new RangeError('No samples.')
    return value
  }
  return { count: sorted.length, p50Ms: percentile(50), p99Ms: percentile(99), maxMs: percentile(100) }
}
