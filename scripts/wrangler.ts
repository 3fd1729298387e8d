import { type SpawnOptions, spawn } from 'node:child_process'
import { stripVTControlCharacters } from 'node:util'

/** What a run of wrangler came to. */
export interface Outcome {
  isDone: boolean
  output: string
  errors: string
}

/**
 * Runs wrangler with the terminal's own input and output, quiet about itself. Resolves when it succeeds; ends this
 * process with wrangler's exit code when it does not. A signal to stop reaches wrangler first.
 */
export async function wrangler(...args: string[]): Promise<void> {
  const code = await runWrangler(args)
  if (code !== 0) process.exit(code)
}

/** Brings the local D1 up to date. Tells of what goes wrong, not of every statement. */
export async function migrate(...flags: string[]): Promise<void> {
  const args = ['d1', 'migrations', 'apply', 'DB', '--local', ...flags]
  const code = await runWrangler(args, { WRANGLER_LOG: 'warn' })
  if (code !== 0) process.exit(code)
}

/** Runs wrangler as above. @returns its exit code */
export function runWrangler(args: string[], env: Record<string, string> = {}): Promise<number> {
  const child = start(args, env, 'inherit')
  const pass = (signal: NodeJS.Signals) => child.kill(signal)
  process.on('SIGINT', pass).on('SIGTERM', pass)
  return new Promise((resolve) => {
    child.on('exit', (code) => {
      process.off('SIGINT', pass).off('SIGTERM', pass)
      resolve(code ?? 1)
    })
  })
}

/** Runs wrangler unseen, to hear what it says. */
export function askWrangler(...args: string[]): Promise<Outcome> {
  const child = start(args, {}, ['ignore', 'pipe', 'pipe'])
  const outcome: Outcome = { isDone: false, output: '', errors: '' }
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    outcome.output += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    outcome.errors += stripVTControlCharacters(text)
  })
  return new Promise((resolve) => child.on('close', (code) => resolve({ ...outcome, isDone: code === 0 })))
}

function start(args: string[], env: Record<string, string>, stdio: SpawnOptions['stdio'] & {}) {
  // Only `dev` has keys to press. Others would ask whether one is sure.
  const isInteractive = args[0] === 'dev' && process.stdout.isTTY
  return spawn(process.execPath, ['node_modules/wrangler/bin/wrangler.js', ...args], {
    stdio,
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false', ...(!isInteractive && { CI: 'true' }), ...env },
  })
}
