import { vi } from 'vitest'

/** Lets the Worker, its Durable Objects included, live `seconds` later for as long as `act` takes. */
export async function later<T>(seconds: number, act: () => Promise<T>): Promise<T> {
  vi.useFakeTimers({ now: Date.now() + seconds * 1000, toFake: ['Date'] })
  try {
    return await act()
  } finally {
    vi.useRealTimers()
  }
}
