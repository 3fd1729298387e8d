import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer } from '../client.ts'
import type { Contender } from './contest.ts'
import { KINDS, type Person, Visitor } from './visitors.ts'

const AT_LEAST = 3
const AT_MOST_STEPS = 5000

/**
 * One visitor to each of two worlds that are the same, step by step: as long as the answers are the same, so are the
 * requests. Goes on until everything was done a few times. Returns how many requests that took.
 * @throws where two answers differ in more than times, tokens and the host, or in the work that they were for D1
 */
export async function rehearse(
  seed: string,
  person: Person,
  [one, other]: [Contender, Contender],
): Promise<number> {
  const start = Date.now()
  const [visitor, double] = [new Visitor(seed, person), new Visitor(seed, person)]
  const times = new Map<string, number>()
  const isEnough = () => KINDS.every(({ name }) => (times.get(name) ?? 0) >= AT_LEAST)
  const asked: [name: string, id: string, twinId: string][] = []
  let steps = 0
  for (; !isEnough(); steps++) {
    if (steps === AT_MOST_STEPS) throw new Error('The dice leave something out.')
    const [step, same] = [visitor.next(), double.next()]
    const [answer, twin] = await Promise.all([one.send(step.call), other.send(same.call)])
    const [expected, actual] = [essenceOf(answer, start), essenceOf(twin, start)]
    if (expected !== actual) {
      throw new Error(
        `${step.kind.name}, ${step.call.path}: the answers differ.\n${expected}\n${actual}\n${same.call.path}`,
      )
    }
    asked.push([`${step.kind.name}, ${step.call.path}`, idOf(answer), idOf(twin)])
    visitor.learn(step, answer)
    double.learn(same, twin)
    times.set(step.kind.name, (times.get(step.kind.name) ?? 0) + 1)
  }
  for (const [name, id, twinId] of asked) {
    const [expected, actual] = [await workOf(one, id), await workOf(other, twinId)]
    if (expected !== actual) throw new Error(`${name}: ${expected} for the one, ${actual} for the other.`)
  }
  return steps
}

const idOf = ({ headers }: Answer) => String(headers['x-request-id'])

/** A line of the log may come later than the answer. */
async function workOf({ name, work }: Contender, id: string): Promise<string> {
  for (let waitedMs = 0; waitedMs < MAX_WAIT_MS; waitedMs += 10) {
    const found = work.get(id)
    if (found !== undefined) return found
    await sleep(10)
  }
  throw new Error(`${name} has no line of a request in its log.`)
}

const MAX_WAIT_MS = 5000

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
