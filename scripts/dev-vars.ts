import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

const FRONTEND = `
# Browsers on these origins may call the API, comma-separated.
CORS_ORIGINS=http://localhost:3000
`

/**
 * Makes `.dev.vars` from its example, with a fresh secret in each place of `<random>`, unless there is one already. A
 * frontend on this machine may call the API.
 */
export function makeDevVars(): void {
  if (existsSync('.dev.vars')) return
  const example = readFileSync('.dev.vars.example', 'utf8')
  const vars = example.replace(/(?<==)<random>/g, () => randomBytes(32).toString('base64url'))
  writeFileSync('.dev.vars', vars + FRONTEND, { mode: 0o600 })
  console.log('Made .dev.vars with fresh secrets.')
}
