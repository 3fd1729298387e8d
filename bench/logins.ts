/**
 * How many logins a second an isolate serves, and what other requests go through meanwhile, by where bcrypt runs:
 * `npm run bench:logins`. Takes about two minutes, prints a table and writes its figures to bench/logins.json. Ends
 * with an exit code other than 0 if any answer is not 200.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { ARRANGEMENTS, build, type Server } from './arrangements.ts'
import { type Sample, sendInTurn, sendSteadily, summarize, timed } from './load.ts'
import { printTable, type Result, writeFigures } from './report.ts'

/** The arrangements take turns, so that whatever else the machine does falls on all of them. */
const ROUNDS = 3
const IN_A_ROUND = { loginsAlone: 5, loginsForMs: 4000, calmMs: 2000, leadMs: 500, burst: 20 }
const LOGIN_CONNECTIONS = 8
const OTHERS_EVERY_MS = 10
const TIMEOUT_MS = 20_000

interface Measured {
  alone: Sample[]
  /** Logins answered in a second, in each round. */
  rates: number[]
  /** A burst each: from its first login to the answer to its last. */
  bursts: Sample[]
  /** Other requests: sent without any login under way, and between the start and the end of a burst. */
  calm: Sample[]
  during: Sample[]
}

await build()
const contenders: (Client & Measured & { bcryptRuns: string; server: Server })[] = []
try {
  for (const { bcryptRuns, serve } of ARRANGEMENTS) {
    const server = await serve()
    const measured = { alone: [], rates: [], bursts: [], calm: [], during: [] }
    contenders.push({ bcryptRuns, server, ...clientOf(server), ...measured })
  }
  for (let round = 1; round <= ROUNDS; round++) {
    for (const contender of contenders) {
      console.log(`Round ${round} of ${ROUNDS}, bcrypt ${contender.bcryptRuns}`)
      await measure(contender)
    }
  }
} finally {
  for (const { server } of contenders) await server.stop()
}
const results = contenders.map(resultOf)
printTable(results, { connections: LOGIN_CONNECTIONS, burst: IN_A_ROUND.burst })
writeFigures('bench/logins.json', results)

/** One round, whose figures are added to those of the rounds before. */
async function measure({ login, browse, ...measured }: Client & Measured): Promise<void> {
  for (let warmUp = 0; warmUp < 3; warmUp++) await Promise.all([login(), browse()])
  for (let count = 0; count < IN_A_ROUND.loginsAlone; count++) measured.alone.push(await timed(login))

  const turns = { connections: LOGIN_CONNECTIONS, forMs: IN_A_ROUND.loginsForMs }
  measured.rates.push(await sendInTurn(turns, login))

  const calm = { everyMs: OTHERS_EVERY_MS, atMost: IN_A_ROUND.calmMs / OTHERS_EVERY_MS }
  measured.calm.push(...(await sendSteadily(calm, browse)))

  let isOver = false
  const steadily = { everyMs: OTHERS_EVERY_MS, atMost: TIMEOUT_MS / OTHERS_EVERY_MS }
  const others = sendSteadily(steadily, browse, () => isOver)
  await sleep(IN_A_ROUND.leadMs)
  const burst = await timed(() => Promise.all(Array.from({ length: IN_A_ROUND.burst }, login)))
  isOver = true
  measured.bursts.push(burst)
  const end = burst.sentAt + burst.tookMs
  measured.during.push(...(await others).filter(({ sentAt }) => sentAt >= burst.sentAt && sentAt <= end))
}

function resultOf({
  bcryptRuns,
  alone,
  rates,
  bursts,
  calm,
  during,
}: Measured & { bcryptRuns: string }): Result {
  return {
    bcryptRuns,
    loginsPerSecond: rates.reduce((sum, rate) => sum + rate, 0) / rates.length,
    loginAlone: summarize(alone),
    burst: summarize(bursts),
    others: { withoutLogins: summarize(calm), duringBurst: summarize(during) },
  }
}

/** Requests that throw unless the answer is 200. Each login is somebody else's than the one before. */
interface Client {
  login: () => Promise<void>
  browse: () => Promise<void>
}

function clientOf({ url, accounts }: Server): Client {
  let logins = 0
  return {
    browse: () => send(new URL('/api/projects', url), {}),
    login: () =>
      send(new URL('/api/accounts/login', url), {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(accounts[logins++ % accounts.length]),
      }),
  }
}

async function send(url: URL, init: RequestInit): Promise<void> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) })
  const text = await response.text()
  if (response.status !== 200)
    throw new Error(`${url.pathname} answered ${response.status}: ${text.slice(0, 300)}`)
}
