import { spawn } from 'node:child_process'

/**
 * Runs wrangler with the terminal's own input and output, quiet about itself. Resolves when it succeeds; ends this
 * process with wrangler's exit code when it does not. A signal to stop reaches wrangler first.
 */
export function wrangler(...args: string[]): Promise<void> {
  // Only `dev` has keys to press. Others would ask whether one is sure.
  const isInteractive = args[0] === 'dev' && process.stdout.isTTY
  const child = spawn(process.execPath, ['node_modules/wrangler/bin/wrangler.js', ...args], {
    stdio: 'inherit',
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false', ...(!isInteractive && { CI: 'true' }) },
  })
  const pass = (signal: NodeJS.Signals) => child.kill(signal)
  process.on('SIGINT', pass).on('SIGTERM', pass)
  return new Promise((resolve) => {
    child.on('exit', (code) => {
      process.off('SIGINT', pass).off('SIGTERM', pass)
      if (code === 0) resolve()
      else process.exit(code ?? 1)
    })
  })
}
