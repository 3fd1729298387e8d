/** The API as it would be without the Durable Object: bcrypt runs in the isolate that serves the request. */
import type { PasswordHasher } from '../src/accounts/password-hasher.ts'
import { hashDigest, matchesHash } from '../src/accounts/passwords.ts'
import { app } from '../src/app.ts'
import type { Bindings } from '../src/env.ts'

export { PasswordHasher } from '../src/accounts/password-hasher.ts'

/** What a login asks of the object while nobody's failures are counted, and no more. */
const hasher: Pick<PasswordHasher, 'hash' | 'verify'> = {
  hash: hashDigest,
  verify: async ({ digest, passwordHash, cost }) => ({
    isMatch: await matchesHash(digest, passwordHash, cost),
  }),
}

// Only `getByName` is ever called, and a namespace cannot be made here.
const hashers = { getByName: () => hasher } as unknown as Bindings['PASSWORD_HASHER']

// Made once, since settings are read once for each environment.
let environment: Bindings | undefined

export default {
  fetch(request, env, context) {
    environment ??= { ...env, PASSWORD_HASHER: hashers }
    return app.fetch(request, environment, context)
  },
} satisfies ExportedHandler<Bindings>
