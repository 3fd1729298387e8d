import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'
import { Halt, type Target } from './deploy-target.ts'
import { askWrangler, runWrangler } from './wrangler.ts'

const BINDING = 'DB'

const databaseList = z.array(z.object({ name: z.string() }))
const deployEntry = z.object({ type: z.literal('deploy'), targets: z.array(z.string()) })

/**
 * Makes the database if it is missing and applies the migrations. They leave room for the code before them, but for the
 * 0005th: between it and the new code, searches fail.
 * @throws {Halt} if one fails; it leaves no trace then, and the old code serves on
 */
export async function migrate(target: Target): Promise<void> {
  await ensureDatabase(target)
  const code = await runWrangler(['d1', 'migrations', 'apply', BINDING, '--remote', ...target.flags])
  if (code !== 0) throw new Halt('The migrations were not all applied. Nothing was deployed.')
}

/** A deploy would make it too, but the migrations come before that. */
async function ensureDatabase({ config }: Target): Promise<void> {
  const database = config.d1_databases.find(({ binding }) => binding === BINDING)
  const name = database?.database_name
  if (!name) throw new Halt(`wrangler.toml gives no database_name to ${BINDING} of ${config.name}.`)
  if (database.database_id) return
  const list = await askWrangler('d1', 'list', '--json')
  if (!list.isDone) throw new Halt(`The databases could not be listed.\n${list.errors.trim()}`)
  if (databaseList.parse(JSON.parse(list.output)).some((existing) => existing.name === name)) return
  console.log(`Makes the database ${name}.`)
  const made = await askWrangler('d1', 'create', name)
  if (!made.isDone) throw new Halt(`The database could not be made.\n${made.errors.trim()}`)
}

/**
 * Deploys, with these secrets beside those that the Worker has. @returns where it answers, if wrangler knows
 * @throws {Halt} if it fails
 */
export async function upload(
  { flags }: Target,
  secrets: Record<string, string>,
): Promise<string | undefined> {
  const directory = mkdtempSync(join(tmpdir(), 'devcollab-deploy-'))
  try {
    const secretsFile = join(directory, 'secrets.json')
    writeFileSync(secretsFile, JSON.stringify(secrets), { mode: 0o600 })
    const hasSecrets = Object.keys(secrets).length > 0
    const report = join(directory, 'report.ndjson')
    const code = await runWrangler(
      ['deploy', ...(hasSecrets ? ['--secrets-file', secretsFile] : []), ...flags],
      {
        WRANGLER_OUTPUT_FILE_PATH: report,
      },
    )
    if (code !== 0) throw new Halt('The deploy failed; see above. What served before serves on.')
    return urlIn(readFileSync(report, 'utf8'))
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** A custom domain if there is one, since that is what its users see, or the name on workers.dev. */
function urlIn(report: string): string | undefined {
  const entries = report
    .split('\n')
    .filter(Boolean)
    .map((line) => deployEntry.safeParse(JSON.parse(line)))
  const targets = entries.flatMap(({ data }) => data?.targets ?? [])
  const domain = targets.find((target) => target.endsWith(' (custom domain)'))?.split(' ')[0]
  return domain ? `https://${domain}` : targets.find((target) => target.startsWith('https://'))
}
