import { randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline/promises'
import * as z from 'zod'
import { Halt, type Target } from './deploy-target.ts'
import { askWrangler } from './wrangler.ts'

const SECRET = 'JWT_SECRET'
const SECRET_BYTES = 48

const account = z.object({ id: z.string(), name: z.string() })
const whoami = z.object({ loggedIn: z.boolean(), accounts: z.array(account).default([]) })
const secretList = z.array(z.object({ name: z.string() }))

/** @throws {Halt} unless wrangler is signed in, and knows which account to use */
export async function checkAccount({ config }: Target): Promise<void> {
  const { output, errors } = await askWrangler('whoami', '--json')
  const { data } = whoami.safeParse(json(output))
  if (!data) {
    // A token may be allowed to deploy and not to see whose it is. What it may not do, the next look-up tells.
    if (process.env.CLOUDFLARE_API_TOKEN && process.env.CLOUDFLARE_ACCOUNT_ID) return
    throw new Halt(`wrangler could not find out who you are.\n${errors.trim()}`)
  }
  if (!data.loggedIn) {
    throw new Halt(
      'Not signed in to Cloudflare. Run `npx wrangler login`; where no browser is, set CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID.',
    )
  }
  if (data.accounts.length > 1 && !process.env.CLOUDFLARE_ACCOUNT_ID && !config.account_id) {
    const names = data.accounts.map(({ id, name }) => `  ${id}  ${name}`).join('\n')
    throw new Halt(`You have several accounts. Set CLOUDFLARE_ACCOUNT_ID to one of them:\n${names}`)
  }
}

/**
 * The secrets that the Worker needs and has not, with new values to upload along with it: a Worker that does not exist
 * yet has none, and can be given none beforehand. Asks first where somebody is there to answer.
 * @throws {Halt} if they are declined or cannot be looked up
 */
export async function missingSecrets({ config, flags }: Target): Promise<Record<string, string>> {
  const { isDone, output, errors } = await askWrangler('secret', 'list', '--format', 'json', ...flags)
  const isNew = !isDone && errors.includes(`Worker "${config.name}"`) && errors.includes('not found')
  if (!isDone && !isNew)
    throw new Halt(`The secrets of ${config.name} could not be listed.\n${errors.trim()}`)
  const secrets = isNew ? [] : secretList.parse(json(output))
  if (secrets.some(({ name }) => name === SECRET)) return {}

  console.log(`${config.name} ${isNew ? 'does not exist yet' : 'exists'} and has no ${SECRET}.`)
  if (!(await isAgreed(`Make one of ${SECRET_BYTES} random bytes, shown to nobody?`))) {
    const command = `npx wrangler secret put ${SECRET} ${flags.map((flag) => flag || '""').join(' ')}`
    throw new Halt(`Then give it one of at least 32 bytes, and deploy again:\n  ${command}`)
  }
  console.log(`It gets a new one, of ${SECRET_BYTES} random bytes.`)
  return { [SECRET]: randomBytes(SECRET_BYTES).toString('base64url') }
}

async function isAgreed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) return true
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await terminal.question(`${question} [Y/n] `)
  terminal.close()
  return /^(y|yes)?$/i.test(answer.trim())
}

/** The value, or undefined if it is no JSON. */
function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
