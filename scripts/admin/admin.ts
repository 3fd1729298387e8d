/**
 * What an operator does: `npm run admin -- <command> [argument] [--yes] [--remote] [--env name]`. Works on the local stores
 * that `npm run dev` uses, or with `--remote` on the deployed ones. Ends with 0 if done, 1 if not, 2 if not understood.
 */
import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import { COMMANDS, type Command, type Flags } from './commands.ts'
import { openStores, type Place } from './open-stores.ts'
import { Refusal, type Terminal } from './stores.ts'

process.exitCode = await obey(readOrder())

async function obey({ command, argument, flags, place, isSure }: Order): Promise<number> {
  const where = `the ${place.isRemote ? 'DEPLOYED' : 'local'} database${place.environment ? ` of ${place.environment}` : ''}`
  console.error(`On ${where}:`)
  const terminal: Terminal = { print: (line) => console.log(line), confirm: (what) => confirm(what, isSure) }
  try {
    const { stores, close } = await openStores(place)
    await command.run(stores, argument, terminal, flags).finally(close)
    return 0
  } catch (error) {
    console.error(inWords(error))
    return 1
  }
}

/** Asks at a terminal; elsewhere only `--yes` will do. */
async function confirm(what: string, isSure: boolean): Promise<void> {
  console.log(what)
  if (isSure) return
  if (!process.stdin.isTTY) throw new Refusal('Nothing was done. Add --yes to do it.')
  const lines = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await lines.question('Type yes to do it: ')
  lines.close()
  if (answer.trim() !== 'yes') throw new Refusal('Nothing was done.')
}

/** What drizzle and wrangler wrap is told too. */
function inWords(error: unknown): string {
  if (error instanceof Refusal) return error.message
  const messages: string[] = []
  for (let e = error; e instanceof Error; e = e.cause) messages.push(e.message)
  if (/SQLITE_BUSY|internal error/.test(messages.join())) {
    return 'The database is locked, since a server is writing to it. Run this again when the server rests.'
  }
  if (/no such table/.test(messages.join())) return 'The database has no tables yet: apply the migrations.'
  return messages.join(': ') || String(error)
}

interface Order {
  command: Command
  argument: string
  flags: Flags
  place: Place
  isSure: boolean
}

/** What the command line says. Ends the process if it says nothing that can be done. */
function readOrder(): Order {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        yes: { type: 'boolean', default: false },
        remote: { type: 'boolean', default: false },
        env: { type: 'string' },
        'persist-to': { type: 'string' },
        'without-avatars': { type: 'boolean', default: false },
      },
    })
    const [name = '', argument, ...more] = positionals
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
    if (!command) throw new Error(name ? `There is no command "${name}".` : 'Which command?')
    if (more.length > 0 || (argument !== undefined) !== (command.takes !== undefined)) {
      throw new Error(`${name} takes ${command.takes ?? 'no argument'}.`)
    }
    const place = { isRemote: values.remote, environment: values.env, persistTo: values['persist-to'] }
    const flags = { withAvatars: !values['without-avatars'] }
    return { command, argument: argument ?? '', flags, place, isSure: values.yes }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    console.error(help())
    process.exit(2)
  }
}

function help(): string {
  const lines = Object.entries(COMMANDS).map(
    ([name, { takes = '', does }]) => `  ${`${name} ${takes}`.padEnd(36)}${does}`,
  )
  return `
npm run admin -- <command> [--yes] [--remote] [--env name] [--persist-to directory]
${lines.join('\n')}

The local database is meant unless --remote says the deployed one. What changes something asks first, or takes --yes.
A backup holds the avatars too, unless --without-avatars. An id that begins with a dash goes last, after another --.`
}
