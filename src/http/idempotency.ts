import type { MiddlewareHandler } from 'hono'
import * as z from 'zod'
import { invalidIdempotencyKey } from './errors.ts'
import { sha256 } from './hex.ts'
import { notes } from './openapi.ts'

const headers = z.object({
  'Idempotency-Key': z
    .string()
    .regex(/^[!-~]{1,255}$/)
    .meta({
      description:
        'A name for what is posted, such as a UUID, that you give to nothing else. Then it is safe to try again until there is an answer: the first call makes it, and one more with the same key and body answers with what that made, as it is now, and does not count as another. Another body is a 422. A key of yours means nothing to others, and is free again when what it made is deleted.',
      examples: ['0b7c2a52-6f0e-4f0c-9d3e-5a7a1d9b8c41'],
    })
    .optional(),
})
type KeyHeader = z.output<typeof headers>

/**
 * Checks the `Idempotency-Key` of a request, if it has one (draft-ietf-httpapi-idempotency-key-header-07, but the value is
 * taken as it is, quoted or not). Not made by `validate`: its type would oblige the typed client to send the header.
 * @throws `invalid_idempotency_key`
 */
export const idempotencyKey: MiddlewareHandler<
  object,
  string,
  { in: { header?: KeyHeader }; out: { header: KeyHeader } }
> = async (c, next) => {
  const checked = headers.safeParse({ 'Idempotency-Key': c.req.header('Idempotency-Key') })
  if (!checked.success) throw invalidIdempotencyKey()
  c.req.addValidatedData('header', checked.data)
  await next()
}
notes.checks.set(idempotencyKey, { target: 'header', schema: headers })

/**
 * The SHA-256, in hex, of a body that was checked. Its fields are in the order of the schema, so bodies that say the same
 * have the same digest, however they were written.
 */
export const digestOf = (body: object): Promise<string> => sha256(JSON.stringify(body))
