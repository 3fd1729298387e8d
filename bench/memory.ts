import { execFileSync } from 'node:child_process'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** The processes of workerd that this one has started. */
export const workerds = (): number[] =>
  processes()
    .filter(({ parent, name }) => parent === process.pid && name.endsWith('workerd'))
    .map(({ id }) => id)

/** The memory of a process that is not swapped out, in bytes. */
export const residentBytes = (id: number): number =>
  Number(execFileSync('ps', ['-o', 'rss=', '-p', String(id)], { encoding: 'utf8' })) * 1024

function processes() {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,comm='], { encoding: 'utf8' }).trim().split('\n')
  return lines.map((line) => {
    const [id, parent, ...name] = line.trim().split(/\s+/)
    return { id: Number(id), parent: Number(parent), name: name.join(' ') }
  })
}

/** A port that is free now, for an inspector. */
export function freePort(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const server = createServer().on('error', reject)
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
  })
  return promise
}

/**
 * What the JavaScript of a Worker holds once its garbage is collected, in bytes, asked of workerd's inspector. `touch`
 * sends the Worker a request: at rest it collects nothing.
 */
export async function heapBytes(
  inspectorPort: number,
  worker: string,
  touch: () => Promise<unknown>,
): Promise<number> {
  const socket = new WebSocket(`ws://127.0.0.1:${inspectorPort}/core:user:${worker}`)
  try {
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve)
      socket.addEventListener('error', () => reject(new Error(`The inspector knows no ${worker}.`)))
    })
    let isCollected = false
    const collected = inspect(socket, 1, 'HeapProfiler.collectGarbage').then(() => {
      isCollected = true
    })
    while (!isCollected) await Promise.race([collected, touch().then(() => sleep(TOUCH_EVERY_MS))])
    return (await inspect(socket, 2, 'Runtime.getHeapUsage')).usedSize
  } finally {
    socket.close()
  }
}

const TOUCH_EVERY_MS = 50

function inspect(socket: WebSocket, id: number, method: string): Promise<{ usedSize: number }> {
  const { promise, resolve } = Promise.withResolvers<{ usedSize: number }>()
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data))
    if (message.id === id) resolve(message.result)
  })
  socket.send(JSON.stringify({ id, method }))
  return promise
}
