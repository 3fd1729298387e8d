import { runHousekeeping } from './accounts/housekeeping.ts'
import { app } from './app.ts'
import type { Bindings } from './env.ts'

export { PasswordHasher } from './accounts/password-hasher.ts'

export type AppType = typeof app

export default {
  fetch: app.fetch,
  scheduled: (controller, env) => runHousekeeping(env, new Date(controller.scheduledTime)),
} satisfies ExportedHandler<Bindings>
