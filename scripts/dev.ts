/** Serves the API: makes `.dev.vars` if it is missing, brings the local D1 up to date, and hands over to wrangler. */
import { makeDevVars } from './dev-vars.ts'
import { migrate, wrangler } from './wrangler.ts'

makeDevVars()
await migrate()
await wrangler('dev', ...process.argv.slice(2))
