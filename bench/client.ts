import { Agent, type IncomingMessage, request } from 'node:http'

/** A request, and the statuses that it may be answered with. */
export interface Call {
  method?: string
  path: string
  token?: string
  /** Sent as JSON, unless it is the bytes of a PNG. */
  body?: unknown
  /** For `Idempotency-Key`. */
  key?: string
  /** Of an answer that the client has: for `If-None-Match`. */
  etag?: string
  /** 200 unless it is said. */
  status?: number | number[]
}

export interface Answer {
  status: number
  text: string
  headers: IncomingMessage['headers']
}

export type Send = (call: Call) => Promise<Answer>

/** A client that keeps its connections. @throws if an answer has another status than the call says */
export function clientOf(origin: string): Send {
  const agent = new Agent({ keepAlive: true })
  return async ({ method = 'GET', path, token, body, key, etag, status = 200 }) => {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const isPicture = body instanceof Uint8Array
    const payload = body === undefined || isPicture ? body : JSON.stringify(body)
    const headers = {
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      // Of a DELETE, Node would not tell that it has a body.
      ...(payload !== undefined && {
        'Content-Type': isPicture ? 'image/png' : 'application/json',
        'Content-Length': Buffer.byteLength(payload),
      }),
      ...(key !== undefined && { 'Idempotency-Key': key }),
      ...(etag !== undefined && { 'If-None-Match': etag }),
    }
    request(`${origin}${path}`, { method, headers, agent }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
      })
    })
      .on('error', reject)
      .end(payload)
    const answer = await promise
    const expected = [status].flat()
    if (expected.includes(answer.status)) return answer
    throw new Error(
      `${method} ${path} was answered ${answer.status}, not ${expected.join(' or ')}: ${answer.text}`,
    )
  }
}
