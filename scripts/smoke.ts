/**
 * Finds out whether a deployment works: `npm run smoke -- <base URL> [--origin <origin of the frontend>]`. It makes an
 * account and a project and removes both. Ends with an exit code other than 0 at the first thing amiss.
 */
import { parseArgs, styleText } from 'node:util'
import { readBaseUrl, Surprise } from './answers.ts'
import { smoke } from './smoke-checks.ts'

const LOCAL_HOSTS = ['localhost', '127.0.0.1', '[::1]']

const { positionals, values } = parseArgs({ allowPositionals: true, options: { origin: { type: 'string' } } })
const baseUrl = readBaseUrl(positionals[0] ?? 'http://localhost:8787')
try {
  const isLocal = LOCAL_HOSTS.includes(new URL(baseUrl).hostname)
  await smoke(baseUrl, { origin: values.origin, isLocal })
  console.log(`\n${styleText('green', `${baseUrl} works.`)}`)
} catch (error) {
  if (!(error instanceof Surprise)) throw error
  console.error(`\n${styleText('red', error.message, { stream: process.stderr })}`)
  process.exitCode = 1
}
