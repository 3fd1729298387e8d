import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

/** Makes `.dev.vars` from its example, with a fresh secret in each place of `<random>`, unless there is one already. */
export function makeDevVars(): void {
  if (existsSync('.dev.vars')) return
  const example = readFileSync('.dev.vars.example', 'utf8')
  const vars = example.replace(/(?<==)<random>/g, () => randomBytes(32).toString('base64url'))
  writeFileSync('.dev.vars', vars, { mode: 0o600 })
  console.log('Made .dev.vars with fresh secrets.')
}
