import type { Hono } from 'hono'
import { hc } from 'hono/client'
import type { BlankEnv, ExtractSchema } from 'hono/types'
import type { AppType } from '../index.ts'
import { withSafeParams } from './params.ts'

/** The API at a base URL, over the given fetch. The build spells its type out, so that no consumer needs the server's sources. */
export const connect = (baseUrl: string, fetch: typeof globalThis.fetch) =>
  withSafeParams(hc<Hono<BlankEnv, ExtractSchema<AppType>>>(baseUrl, { fetch }).api)

/** Every endpoint of the API, its path, inputs and outputs typed: `api.projects[':id'].$get({ param: { id: '1' } })`. */
export type Api = ReturnType<typeof connect>
