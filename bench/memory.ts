import { execFileSync } from 'node:child_process'
import { createServer } from 'node:net'

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

/** What the JavaScript of a Worker holds, garbage and all, in bytes, asked of workerd's inspector. */
export async function heapBytes(inspectorPort: number, worker: string): Promise<number> {
  const socket = new WebSocket(`ws://127.0.0.1:${inspectorPort}/core:user:${worker}`)
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  socket.addEventListener('error', () => reject(new Error(`The inspector knows no ${worker}.`)))
  socket.addEventListener('open', () => socket.send('{ "id": 1, "method": "Runtime.getHeapUsage" }'))
  socket.addEventListener('message', ({ data }) => {
    const { id, result } = JSON.parse(String(data))
    if (id === 1) resolve(result.usedSize)
  })
  try {
    return await promise
  } finally {
    socket.close()
  }
}
