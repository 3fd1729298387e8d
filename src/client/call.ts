import type { ClientResponse } from 'hono/client'
import type { ResponseFormat } from 'hono/types'
import type { SuccessStatusCode } from 'hono/utils/http-status'
import { ApiError, NetworkError, problemOf } from './errors.ts'

type Answer = ClientResponse<unknown, number, ResponseFormat>

/** The type of the body of an answer, if it is a success: `undefined` for a 204. */
export type BodyOf<A> =
  A extends ClientResponse<infer Body, infer Status, ResponseFormat>
    ? [Extract<Status, SuccessStatusCode>] extends [never]
      ? never
      : [Status] extends [204]
        ? undefined
        : Body
    : never

/**
 * The typed JSON body of a successful answer: `const project = await call(api.projects[':id'].$get({ param }))`.
 * @throws ApiError if the API refuses, NetworkError if it cannot be reached or its answer is no JSON
 */
export async function call<A extends Answer>(answer: A | Promise<A>): Promise<BodyOf<A>> {
  const response = await answer
  if (!response.ok) throw new ApiError(response, await problemOf(response))
  if (response.status === 204) return undefined as BodyOf<A>
  try {
    return (await response.json()) as BodyOf<A>
  } catch (cause) {
    throw new NetworkError(cause, 'The answer was cut short, or is not JSON.')
  }
}
