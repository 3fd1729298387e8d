import { describe, expect, it } from 'vitest'
import { LIMITERS } from '../src/limits.ts'
import { POST_WITH_KEY, survive, TRIED, usually } from './support/trials.ts'

/** What only helps: nobody is refused for the want of it. */
const HELPERS = [
  'TOKEN_BLACKLIST',
  ...Object.entries(LIMITERS).flatMap(([name, { failsOpen }]) => (failsOpen ? [name] : [])),
]

describe.each(TRIED)('$route', (endpoint) => {
  it('happens wholly or not at all whichever call is lost, and can be made again', async () => {
    const usual = await usually(endpoint)
    for (const [i, { name }] of usual.calls.entries()) {
      const answer = await survive(endpoint, usual, { n: i + 1, kind: 'there' })
      if (HELPERS.includes(name.split('.')[0] ?? '')) expect(answer, name).toBe(usual.success)
      // The answer waits for a call, or it does not, whatever becomes of it.
      expect(await survive(endpoint, usual, { n: i + 1, kind: 'back' }), name).toBe(answer)
    }
  })
})

describe(POST_WITH_KEY.route, () => {
  it('leaves one project however often it is made, where nothing fails either', async () => {
    const { untouched, done, twice } = await usually(POST_WITH_KEY)
    expect(done).not.toEqual(untouched)
    expect(twice).toEqual(done)
  })
})
