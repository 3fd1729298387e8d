import type { Answer, Send } from '../client.ts'
import { KINDS, type Person, Visitor } from './visitors.ts'

const AT_LEAST = 3
const AT_MOST_STEPS = 5000

/**
 * One visitor to each of two worlds that are the same, step by step: as long as the answers are the same, so are the
 * requests. Goes on until everything was done a few times. Returns how many requests that took.
 * @throws where two answers differ in more than times, tokens and the host
 */
export async function rehearse(seed: string, person: Person, [one, other]: [Send, Send]): Promise<number> {
  const start = Date.now()
  const [visitor, double] = [new Visitor(seed, person), new Visitor(seed, person)]
  const times = new Map<string, number>()
  const isEnough = () => KINDS.every(({ name }) => (times.get(name) ?? 0) >= AT_LEAST)
  let steps = 0
  for (; !isEnough(); steps++) {
    if (steps === AT_MOST_STEPS) throw new Error('The dice leave something out.')
    const [step, same] = [visitor.next(), double.next()]
    const [answer, twin] = await Promise.all([one(step.call), other(same.call)])
    const [expected, actual] = [essenceOf(answer, start), essenceOf(twin, start)]
    if (expected !== actual) {
      throw new Error(
        `${step.kind.name}, ${step.call.path}: the answers differ.\n${expected}\n${actual}\n${same.call.path}`,
      )
    }
    visitor.learn(step, answer)
    double.learn(same, twin)
    times.set(step.kind.name, (times.get(step.kind.name) ?? 0) + 1)
  }
  return steps
}

/** What differs from one request to the next. */
const EPHEMERAL = new Set(['date', 'x-request-id', 'etag', 'content-length'])

/** Status, headers and body, without what cannot be the same. */
function essenceOf({ status, headers, text }: Answer, start: number): string {
  const shown = Object.entries(headers).map(([name, value]) => [name, EPHEMERAL.has(name) ? '' : value])
  return JSON.stringify([status, shown.sort(), text])
    .replace(/http:\/\/[\w.]+:\d+/g, 'http://host')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (time) => (Date.parse(time) < start ? time : 'now'))
    .replace(/eyJ[\w-]+\.(eyJ[\w-]+)\.[\w-]+/g, (_, payload) => claimsOf(payload))
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'id')
}

const claimsOf = (payload: string) =>
  Buffer.from(payload, 'base64url')
    .toString()
    .replace(/"(sid|jti)":"[\w-]{43}"/g, '$1')
    .replace(/"(iat|exp)":\d+/g, '$1')
