import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import type { Bindings } from '../../src/env.ts'
import worker from '../../src/index.ts'
import { expectDescribed } from './openapi.ts'
import { expectNoSecrets } from './secrets.ts'

export interface Send {
  method?: string
  /** Sent as JSON unless it is a string, bytes or a stream. */
  body?: unknown
  token?: string | undefined
  headers?: Record<string, string>
  /** Bindings and variables that differ from the usual ones. */
  env?: Partial<Bindings>
}

export const ORIGIN = 'http://api.test'

/** Sends a request through the Worker's front door and waits for what it does after the answer. */
export async function send(path: string, options: Send = {}): Promise<Response> {
  const { body, token } = options
  const isRaw = typeof body === 'string' || body instanceof Uint8Array || body instanceof ReadableStream
  const request = new Request(path.startsWith('http') ? path : ORIGIN + path, {
    method: options.method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      ...options.headers,
    },
    ...(body !== undefined && { body: isRaw ? body : JSON.stringify(body) }),
  })
  const context = createExecutionContext()
  const response = await worker.fetch(request, { ...env, ...options.env }, context)
  await waitOnExecutionContext(context)
  await expectNoSecrets(response.clone(), path)
  await expectDescribed(request.method, request.url, response.clone())
  expect(response.headers.get('X-Request-Id')).toBeTruthy()
  expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff')
  expect(response.headers.get('Cache-Control')).toBeTruthy()
  return response
}

/** A body that breaks off after these bytes. */
export const brokenOff = (bytes: Uint8Array) =>
  new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(bytes),
    pull: (controller) => controller.error(new Error('Network connection lost.')),
  })

/** The body of an answer that must have the given status; nothing of one that is a picture. */
// biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape, and say what they expect of them
export async function ok(response: Promise<Response> | Response, status = 200): Promise<any> {
  const answer = await response
  const body = new TextDecoder().decode(await answer.arrayBuffer())
  expect(answer.status, body).toBe(status)
  const isPicture = answer.headers.get('Content-Type')?.startsWith('image/')
  return body === '' || isPicture ? undefined : JSON.parse(body)
}

/** Expects a problem (RFC 9457) of the given status and code. */
export async function problem(response: Promise<Response> | Response, status: number, code: string) {
  const answer = await response
  const body = await ok(answer, status)
  expect(answer.headers.get('Content-Type')).toBe('application/problem+json')
  expect(body).toMatchObject({
    type: 'about:blank',
    status,
    code,
    requestId: answer.headers.get('X-Request-Id'),
  })
  expect(body.title).toBeTruthy()
  expect(body.detail).toBeTruthy()
  return body as { detail: string; errors?: { pointer: string; message: string }[] }
}

/** The pointers that a problem names. */
export async function fieldsAtFault(
  response: Promise<Response>,
  status = 422,
  code = 'validation_failed',
): Promise<string[]> {
  const { errors = [] } = await problem(response, status, code)
  return errors.map(({ pointer }) => pointer)
}
