import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-pool-workers'
import { defineConfig } from 'vitest/config'
import { makeCorpus } from './scripts/pictures.ts'

/** Gives the tests that import it the corpus of pictures, made when they do. */
const pictures = {
  name: 'pictures',
  resolveId: (id: string) => (id === 'virtual:pictures' ? `\0${id}` : undefined),
  load: async (id: string) =>
    id === '\0virtual:pictures' ? `export default ${JSON.stringify(await makeCorpus())}` : undefined,
}

export default defineConfig({
  plugins: [
    pictures,
    cloudflareTest(async () => ({
      wrangler: { configPath: './wrangler.toml' },
      miniflare: {
        bindings: {
          ENVIRONMENT: 'test',
          JWT_SECRET: 'a secret for tests only, of at least 32 bytes',
          CORS_ORIGINS: 'http://localhost:3000, https://*.devcollab.pages.dev',
          BCRYPT_COST: '4',
          RATE_LIMIT: 'off',
          // A seed that a failed property printed, to see it again.
          SEED: process.env.SEED ?? '',
          MIGRATIONS: await readD1Migrations('./migrations'),
        },
      },
    })),
  ],
  test: { setupFiles: ['./test/support/migrate.ts', './test/support/logs.ts'], testTimeout: 30_000 },
})
