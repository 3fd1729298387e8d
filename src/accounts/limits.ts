import type { AppEnv } from '../env.ts'
import { limitNetwork } from '../http/rate-limit.ts'

/** Limits what is worth guessing or flooding, for each network, unless `RATE_LIMIT` is off. */
export const limited = (limiter: 'LOGIN_LIMIT' | 'REGISTER_LIMIT' | 'REFRESH_LIMIT') =>
  limitNetwork<AppEnv>(
    (c) => c.var.settings.RATE_LIMIT === 'on',
    (c) => c.env[limiter],
  )
