declare namespace Cloudflare {
  interface Env {
    DB: D1Database
    TOKEN_BLACKLIST: KVNamespace
    AVATARS: R2Bucket
    JWT_SECRET: string
    MIGRATIONS: import('cloudflare:test').D1Migration[]
  }
}
