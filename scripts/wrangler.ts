import { spawn } from 'node:child_process'

/**
 * Runs wrangler with the terminal's own input and output, quiet about itself. Resolves when it succeeds; ends this
 * process with wrangler's exit code when it does not. A signal to stop reaches wrangler, and this process ends after it.
 */
export function wrangler(...args: string[]): Promise<void> {
  const child = spawn('node_modules/.bin/wrangler', args, {
    stdio: 'inherit',
    env: {
      ...process.env,
      WRANGLER_SEND_METRICS: 'false',
      CI: process.stdout.isTTY ? process.env.CI : 'true',
    },
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  return new Promise((resolve) => {
    child.on('exit', (code) => (code === 0 ? resolve() : process.exit(code ?? 1)))
  })
}
