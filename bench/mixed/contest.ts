import { parse } from 'node:path'
import { emailOf } from '../../scripts/seed-people.ts'
import { clientOf, type Send } from '../client.ts'
import { freePort, heapBytes, residentBytes, workerds } from '../memory.ts'
import { serve } from '../serving.ts'
import { copyWorld, PASSWORD } from '../worlds.ts'
import { type Person, Visitor } from './visitors.ts'

export const personAt = (index: number): Person => ({ email: emailOf(index), password: PASSWORD })

/** A Worker with a world and a process of its own, and what was seen of it. */
export interface Contender {
  name: string
  send: Send
  visitors: Visitor[]
  rounds: Round[]
  /** Milliseconds that answers took, by the kind of their requests. */
  tookMs: Map<string, number[]>
  /** How many answers had which status. */
  statuses: Map<number, number>
  /** What the JavaScript holds without garbage, in bytes: when all were warmed up, and after each quarter. */
  heaps: number[]
  /** What requests asked of D1, by their ids, as the log tells; of the first few. */
  work: Map<string, string>
  residentBytes: () => number
  heapBytes: () => Promise<number>
  stop: () => Promise<void>
}

export interface Round {
  tookMs: number
  /** Of the process, when the round was over. */
  residentBytes: number
}

/** Serves an entry on a copy of the world of so many projects, to so many visitors. */
export async function enter(
  name: string,
  entry: string,
  { projects, connections, seed }: { projects: number; connections: number; seed: string },
): Promise<Contender> {
  const worker = parse(entry).name
  const directory = await copyWorld(projects, worker)
  const inspectorPort = await freePort()
  const others = new Set(workerds())
  const work = new Map<string, string>()
  const { urls, stop } = await serve([entry], directory, {
    inspectorPort,
    handleStructuredLogs: ({ message }) => noteWork(work, message),
  })
  const [url] = urls
  const processId = workerds().find((id) => !others.has(id))
  if (url === undefined || processId === undefined) throw new Error(`${entry} is not served.`)
  const visitors = Array.from(
    { length: connections },
    (_, index) => new Visitor(`${seed}, visitor ${index}`, personAt(index)),
  )
  const send = clientOf(url)
  return {
    name,
    send,
    visitors,
    ...unmeasured(),
    residentBytes: () => residentBytes(processId),
    heaps: [],
    work,
    heapBytes: () => heapBytes(inspectorPort, worker, () => send({ path: '/api/projects' })),
    stop,
  }
}

const MAX_NOTED = 10_000

function noteWork(work: Map<string, string>, line: string): void {
  if (work.size === MAX_NOTED) return
  const { event, requestId, d1Trips = 0, d1RowsRead = 0, d1RowsWritten = 0 } = JSON.parse(line)
  if (event === 'request')
    work.set(requestId, `${d1Trips} trips, ${d1RowsRead} rows read, ${d1RowsWritten} written`)
}

/** Forgets what was seen, of a warm-up. */
export const unmeasured = (): Pick<Contender, 'rounds' | 'tookMs' | 'statuses'> => ({
  rounds: [],
  tookMs: new Map(),
  statuses: new Map(),
})

/**
 * Every visitor sends so many requests, one after another. Not so many seconds: so all contenders do the same, down to
 * the number of logins.
 */
export async function playRound(contender: Contender, stepsEach: number): Promise<void> {
  const { send, visitors, rounds, tookMs, statuses } = contender
  const start = performance.now()
  await Promise.all(
    visitors.map(async (visitor) => {
      for (let count = 0; count < stepsEach; count++) {
        const step = visitor.next()
        const sentAt = performance.now()
        const answer = await send(step.call)
        const took = performance.now() - sentAt
        const { name } = step.kind
        tookMs.set(name, tookMs.get(name) ?? [])
        tookMs.get(name)?.push(took)
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
        visitor.learn(step, answer)
      }
    }),
  )
  rounds.push({ tookMs: performance.now() - start, residentBytes: contender.residentBytes() })
}
