import type { Context, Env, MiddlewareHandler } from 'hono'
import { setMetric, timing } from 'hono/timing'

const timed = timing({
  totalDescription: 'the Worker',
  // Whoever may read the answer may read its timing.
  crossOrigin: (c) => c.res.headers.get('Access-Control-Allow-Origin') ?? false,
})

/** Tells the browser by `Server-Timing`, where `isOn` says so, how long the Worker and its database took. */
export function serverTiming<E extends Env>(
  isOn: (c: Context<E>) => boolean,
  database: (c: Context<E>) => { tookMs: number; description: string },
): MiddlewareHandler<E> {
  return (c, next) => {
    if (!isOn(c)) return next()
    return timed(c, async () => {
      await next()
      const { tookMs, description } = database(c)
      setMetric(c, 'd1', tookMs, description)
    })
  }
}
