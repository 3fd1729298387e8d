/**
 * Tells the story of DevCollab against a running server: `npm run demo -- [base URL]`. Its people are new each time.
 * Ends with an exit code other than 0 at the first answer that is not what it must be.
 */
import { styleText } from 'node:util'
import * as z from 'zod'
import { readBaseUrl, Surprise } from './answers.ts'
import { logInAndOut, register, somebody } from './demo-accounts.ts'
import { findEachOther } from './demo-projects.ts'
import { Story } from './story.ts'

const baseUrl = readBaseUrl(process.argv[2] ?? 'http://localhost:8787')
try {
  await tell(new Story(baseUrl))
} catch (error) {
  if (!(error instanceof Surprise)) throw error
  console.error(`\n${styleText('red', error.message, { stream: process.stderr })}`)
  process.exitCode = 1
}

async function tell(story: Story): Promise<void> {
  console.log(`DevCollab at ${baseUrl}`)
  story.step('The server says how it is.')
  await story.answer(
    'GET /api/health',
    {},
    200,
    z.object({ status: z.literal('ok') }),
    ({ status }) => status,
  )

  story.step('Ada has an idea, and Linus has time. Both register, which signs them in.')
  const ada = somebody('ada', 'Ada')
  const linus = somebody('linus', 'Linus')
  await register(story, ada)
  const { access: joiner } = await register(story, linus)

  const { access: owner } = await logInAndOut(story, ada)
  await findEachOther(story, { owner, joiner, joinerName: linus.username })
  console.log(`\n${styleText('green', 'All of it went as promised.')}`)
}
