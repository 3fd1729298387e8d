import { env } from 'cloudflare:workers'
import { Refusal, type Stores, type Terminal } from '../../scripts/admin/stores.ts'

export interface Operator extends Terminal {
  /** Everything that was printed. */
  read: () => string
}

/** Somebody who reads what is printed, and agrees to everything or to nothing. */
export function operator({ agrees = true } = {}): Operator {
  const lines: string[] = []
  return {
    print: (line) => void lines.push(line),
    async confirm(what) {
      lines.push(what)
      if (!agrees) throw new Refusal('Nothing was done.')
    },
    read: () => lines.join('\n'),
  }
}

/** What a command prints that the operator agrees to. */
export async function printed(
  run: (stores: Stores, argument: string, terminal: Terminal) => Promise<void>,
  argument = '',
): Promise<string> {
  const terminal = operator()
  await run(env, argument, terminal)
  return terminal.read()
}
