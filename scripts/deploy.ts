/**
 * Puts the Worker on Cloudflare: `npm run deploy -- staging` or `-- production`, with `--url` if it answers elsewhere than
 * on workers.dev. Stops at the first thing amiss with an exit code other than 0. Workers Builds, which the Deploy button
 * sets up, names no environment and gets the top level of wrangler.toml.
 */
import { parseArgs, styleText } from 'node:util'
import { Surprise } from './answers.ts'
import { checkAccount, missingSecrets } from './deploy-checks.ts'
import { migrate, upload } from './deploy-steps.ts'
import { Halt, type Target } from './deploy-target.ts'
import { environments, readEnvironment } from './environments.ts'
import { smoke } from './smoke-checks.ts'

/** How long a new name on workers.dev may take to be known. */
const PATIENCE_MS = 120_000

const { positionals, values } = parseArgs({ allowPositionals: true, options: { url: { type: 'string' } } })
try {
  await deploy(readTarget(positionals))
} catch (error) {
  if (!(error instanceof Halt || error instanceof Surprise)) throw error
  console.error(`\n${styleText('red', error.message, { stream: process.stderr })}`)
  process.exitCode = 1
}

async function deploy(target: Target): Promise<void> {
  const { config } = target
  say(
    `${config.name}: checks account and secrets, brings the database up to date, deploys, tries the result.`,
  )
  const origin = String(config.vars.CORS_ORIGINS ?? '')
    .split(',')[0]
    ?.trim()
  if (!origin) warn('CORS_ORIGINS is empty in wrangler.toml: no page of another origin may call this API.')

  await checkAccount(target)
  const secrets = await missingSecrets(target)
  say('Brings the database up to date, while the old code still serves.')
  await migrate(target)
  say('Deploys.')
  const deployed = await upload(target, secrets)
  const url = values.url ?? deployed
  if (url === undefined) {
    return warn('Deployed, but to no URL that is known here. Try it with `npm run smoke -- <base URL>`.')
  }
  say('Tries it.')
  await smoke(url, { origin: origin?.replace('*', 'smoke') || undefined, patienceMs: PATIENCE_MS })
  say(styleText('green', `${config.name} is deployed and works: ${url}`))
}

function readTarget([environment]: string[]): Target {
  const known = environments()
  if (environment === undefined && !process.env.WORKERS_CI) {
    throw new Halt(`Say where to: ${known.map((name) => `npm run deploy -- ${name}`).join(', or ')}`)
  }
  if (environment !== undefined && !known.includes(environment)) {
    throw new Halt(`wrangler.toml has no environment "${environment}". It has ${known.join(' and ')}.`)
  }
  // An empty one is wrangler's name for the top level.
  return { config: readEnvironment(environment), flags: ['--env', environment ?? ''] }
}

function say(text: string): void {
  console.log(`\n${styleText('bold', text)}`)
}

function warn(text: string): void {
  console.warn(styleText('yellow', text, { stream: process.stderr }))
}
