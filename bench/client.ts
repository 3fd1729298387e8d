import { Agent, type IncomingMessage, request } from 'node:http'

/** A request, and the status that it must be answered with. */
export interface Call {
  method?: string
  path: string
  token?: string
  body?: unknown
  /** 200 unless it is said. */
  status?: number
}

export interface Answer {
  text: string
  headers: IncomingMessage['headers']
}

export type Send = (call: Call) => Promise<Answer>

/** A client that keeps its connections. @throws if an answer has another status than the call says */
export function clientOf(origin: string): Send {
  const agent = new Agent({ keepAlive: true })
  return async ({ method = 'GET', path, token, body, status = 200 }) => {
    const { promise, resolve, reject } = Promise.withResolvers<Answer & { status: number | undefined }>()
    const headers = {
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
    }
    request(`${origin}${path}`, { method, headers, agent }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        resolve({ status: response.statusCode, headers: response.headers, text })
      })
    })
      .on('error', reject)
      .end(body === undefined ? undefined : JSON.stringify(body))
    const answer = await promise
    if (answer.status === status) return answer
    throw new Error(`${method} ${path} was answered ${answer.status}, not ${status}: ${answer.text}`)
  }
}
