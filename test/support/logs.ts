import { afterEach, beforeEach, expect, vi } from 'vitest'
import { expectNoSecretsInLog } from './secrets.ts'

type Method = 'debug' | 'dir' | 'error' | 'info' | 'log' | 'table' | 'trace' | 'warn'

/** What `http/log.ts` writes by. */
const LEVELS: Method[] = ['info', 'warn', 'error']
const OTHERS: Method[] = ['debug', 'dir', 'log', 'table', 'trace']

/** The structured lines that the current test made the Worker write. */
export const logged: Record<string, unknown>[] = []

/** All that it wrote, in whatever way. */
const written: { method: Method; line: string }[] = []

// Setup file: every test's log is searched for secrets, when the Worker can no longer catch what is found.
beforeEach(() => {
  logged.length = 0
  written.length = 0
  for (const method of [...LEVELS, ...OTHERS]) {
    vi.spyOn(console, method).mockImplementation((...said: unknown[]) => {
      const line = said.map(String).join(' ')
      written.push({ method, line })
      if (LEVELS.includes(method)) logged.push(JSON.parse(line))
    })
  }
})

afterEach(() => {
  vi.restoreAllMocks()
  expectFitLog()
})

/** Expects of all that was written so far that it is structured lines without a secret. */
export function expectFitLog(): void {
  for (const { method, line } of written.splice(0)) {
    expect(LEVELS, `console.${method}: ${line}`).toContain(method)
    expectNoSecretsInLog(line)
  }
}
