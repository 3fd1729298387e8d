import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'sqlite',
  schema: ['./src/accounts/tables.ts', './src/projects/tables.ts'],
  out: './migrations',
})
