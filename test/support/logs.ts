import { afterEach, beforeEach, vi } from 'vitest'
import { expectNoSecretsInLog } from './secrets.ts'

/** The structured lines that the current test made the Worker write. */
export const logged: Record<string, unknown>[] = []

// Setup file: every test's log is searched for secrets.
beforeEach(() => {
  logged.length = 0
  for (const level of ['info', 'warn', 'error'] as const) {
    vi.spyOn(console, level).mockImplementation((line: string) => {
      expectNoSecretsInLog(line)
      logged.push(JSON.parse(line))
    })
  }
})

afterEach(() => {
  vi.restoreAllMocks()
})
