import { describe, expect, it } from 'vitest'
import { survive, usually, WRITES } from './support/trials.ts'

describe.each(WRITES)('$route', (endpoint) => {
  it('happens wholly or not at all whichever statement of a batch fails, and can be made again', async () => {
    const usual = await usually(endpoint)
    for (const [i, { statements }] of usual.calls.entries()) {
      const answers = new Set<string>()
      for (let statement = 0; statement < statements; statement++)
        answers.add(await survive(endpoint, usual, { n: i + 1, kind: 'statement', statement }))
      // A batch is needed or not, whatever of it fails.
      expect(answers.size, `batch ${i + 1}`).toBe(Math.min(statements, 1))
    }
  })
})
