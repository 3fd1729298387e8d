/** What a test of the tools starts: servers on ports of their own, gone with all that they started when the test ends. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const MAX_STARTING_MS = 90_000
const MAX_STOPPING_MS = 5_000

const leaders: ChildProcess[] = []

/** What `stopGroup` had no chance to end. */
process.on('exit', () => {
  for (const leader of leaders) signalGroup(leader, 'SIGKILL')
})

/** Starts a program at the head of a process group, with the settings of a run that nobody watches. */
export function startGroup(command: string, args: string[], { env, ...options }: SpawnOptions): ChildProcess {
  const quiet = { CI: 'true', NO_COLOR: '1', WRANGLER_SEND_METRICS: 'false' }
  const leader = spawn(command, args, {
    ...options,
    detached: true,
    env: { ...process.env, ...quiet, ...env },
  })
  leaders.push(leader)
  return leader
}

/** @throws Error if the server ends, or 90 seconds do, before it is healthy */
export async function untilHealthy(baseUrl: string, server: ChildProcess): Promise<void> {
  const until = Date.now() + MAX_STARTING_MS
  while (Date.now() < until && server.exitCode === null) {
    const answer = await fetch(`${baseUrl}/api/health`, { signal: AbortSignal.timeout(5000) }).catch(
      () => null,
    )
    if (answer?.ok) return
    await sleep(250)
  }
  throw new Error(`The server at ${baseUrl} did not start.`)
}

/** @returns whether all of the group stopped when it was asked to; what is left after five seconds is killed */
export async function stopGroup(leader: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<boolean> {
  const until = Date.now() + MAX_STOPPING_MS
  for (let isThere = signalGroup(leader, signal); isThere; isThere = signalGroup(leader, 0)) {
    if (Date.now() > until) return !signalGroup(leader, 'SIGKILL')
    await sleep(50)
  }
  return true
}

/** @returns whether any process of the group is there */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  try {
    return pid !== undefined && process.kill(-pid, signal)
  } catch {
    return false
  }
}

/** A port that nobody listens at. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, 'localhost')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}
