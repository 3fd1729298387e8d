import { backupLines } from './backup.ts'
import { checkBackup, checkEmpty } from './backup-check.ts'
import { readLines, writeLines } from './backup-file.ts'
import { backupFoot } from './backup-format.ts'
import { printFigures } from './figures.ts'
import { deleteProject } from './projects.ts'
import { restoreLines } from './restore.ts'
import { rebuildAfterAsking } from './search.ts'
import type { Stores, Terminal } from './stores.ts'
import { disable, enable, endOneSession, endSessionsOf, find, listSessions } from './users.ts'
import { verify } from './verify.ts'

export interface Command {
  /** What its one argument is, if it takes one. */
  takes?: string
  does: string
  /** @throws `Refusal` if it did nothing, or if something is amiss */
  run: (stores: Stores, argument: string, terminal: Terminal, flags: Flags) => Promise<void>
}

export interface Flags {
  withAvatars: boolean
}

const USER = '<email|username|id>'

export const COMMANDS: Readonly<Record<string, Command>> = {
  find: { takes: USER, does: 'shows a user', run: find },
  disable: { takes: USER, does: 'disables an account and ends its sessions', run: disable },
  enable: { takes: USER, does: 'enables it again', run: enable },
  sessions: { takes: USER, does: 'lists the sessions of a user', run: listSessions },
  'end-session': { takes: '<id>', does: 'ends a session', run: endOneSession },
  'end-sessions': { takes: USER, does: 'ends all sessions of a user', run: endSessionsOf },
  'delete-project': { takes: '<id>', does: 'deletes a project and its requests', run: deleteProject },
  figures: { does: 'tells how much there is', run: (stores, _, terminal) => printFigures(stores, terminal) },
  verify: {
    does: 'checks everything that must hold',
    run: (stores, _, terminal) => verify(stores, terminal),
  },
  'rebuild-search': {
    does: 'makes the search index and the counts of facets anew',
    run: (stores, _, terminal) => rebuildAfterAsking(stores, terminal),
  },
  backup: { takes: '<file>', does: 'writes everything to a new file, compressed if named .gz', run: backup },
  restore: { takes: '<file>', does: 'reads a backup into an empty database', run: restore },
}

async function backup(stores: Stores, file: string, terminal: Terminal, flags: Flags): Promise<void> {
  let last = ''
  async function* remembered() {
    for await (const line of backupLines(stores, flags)) {
      last = line
      yield line
    }
  }
  await writeLines(file, remembered())
  const { rows } = backupFoot.parse(JSON.parse(last))
  terminal.print(`Wrote ${file}, which holds emails and password hashes: ${inWords(rows)}.`)
}

async function restore(stores: Stores, file: string, terminal: Terminal): Promise<void> {
  const read = () => readLines(file)
  const { head, rows } = await checkBackup(read)
  await checkEmpty(stores.DB, head)
  await terminal.confirm(`Restores what was there on ${head.takenAt}: ${inWords(rows)}.`)
  await restoreLines(stores, head, read)
  terminal.print(`Restored ${inWords(rows)}.`)
  await verify(stores, terminal)
}

const inWords = (rows: Record<string, number>) =>
  Object.entries(rows)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ')
