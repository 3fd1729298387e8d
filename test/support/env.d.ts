declare namespace Cloudflare {
  type Bindings = import('../../src/env.ts').Bindings
  interface Env extends Bindings {
    JWT_SECRET: string
    SEED: string
    MIGRATIONS: import('cloudflare:test').D1Migration[]
  }
}
