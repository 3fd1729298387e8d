declare namespace Cloudflare {
  type Bindings = import('../../src/env.ts').Bindings
  interface Env extends Bindings {
    JWT_SECRET: string
    SEED: string
    MIGRATIONS: import('cloudflare:test').D1Migration[]
  }
}

/** Made by scripts/pictures.ts, at the request of vitest.config.ts. */
declare module 'virtual:pictures' {
  const corpus: import('../../scripts/picture-kinds.ts').Corpus
  export default corpus
}

/** What the scripts under test take of Node. */
declare module 'node:util' {
  export function styleText(format: string, text: string): string
}
