import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { BCRYPT_COST } from './arrangements.ts'
import type { Summary } from './load.ts'

export interface Result {
  bcryptRuns: string
  loginsPerSecond: number
  /** Logins with nothing else to do. */
  loginAlone: Summary
  /** Bursts, each from its first login to the answer to its last. */
  burst: Summary
  /** Requests for the list of projects. */
  others: { withoutLogins: Summary; duringBurst: Summary }
}

/** Prints a column for each result, and how the worst waits compare to those of the first. */
export function printTable(
  results: Result[],
  { connections, burst }: { connections: number; burst: number },
): void {
  const firstP99Ms = results[0]?.others.duringBurst.p99Ms ?? Number.NaN
  const rows: [string, (result: Result) => string][] = [
    ['bcrypt runs', ({ bcryptRuns }) => bcryptRuns],
    [`logins a second, ${connections} connections`, ({ loginsPerSecond }) => loginsPerSecond.toFixed(1)],
    ['one login alone, p50', ({ loginAlone }) => ms(loginAlone.p50Ms)],
    [`${burst} logins at once, p50`, ({ burst }) => ms(burst.p50Ms)],
    ['others without logins, p50', ({ others }) => ms(others.withoutLogins.p50Ms)],
    ['others without logins, p99', ({ others }) => ms(others.withoutLogins.p99Ms)],
    ['others without logins, max', ({ others }) => ms(others.withoutLogins.maxMs)],
    ['others during a burst, p50', ({ others }) => ms(others.duringBurst.p50Ms)],
    ['others during a burst, p99', ({ others }) => ms(others.duringBurst.p99Ms)],
    ['others during a burst, max', ({ others }) => ms(others.duringBurst.maxMs)],
    ['  that p99, first column = 1', ({ others }) => (others.duringBurst.p99Ms / firstP99Ms).toFixed(2)],
  ]
  const cells = rows.map(([label, cell]) => [label, ...results.map(cell)])
  const widthOf = (column: number) => Math.max(...cells.map((row) => row[column]?.length ?? 0))
  for (const [label = '', ...values] of cells) {
    console.log(
      label.padEnd(widthOf(0)),
      ...values.map((value, index) => ` ${value.padStart(widthOf(index + 1))}`),
    )
  }
}

/** Writes the results as JSON, with what they were measured on. */
export function writeFigures(path: string, results: Result[]): void {
  const workerd = JSON.parse(readFileSync('node_modules/workerd/package.json', 'utf8')) as { version: string }
  const figures = {
    date: new Date().toISOString().slice(0, 10),
    node: process.versions.node,
    workerd: workerd.version,
    cpus: availableParallelism(),
    bcryptCost: BCRYPT_COST,
    results,
  }
  writeFileSync(path, `${JSON.stringify(figures, roundTenths, 2)}\n`)
}

const ms = (value: number) => `${value.toFixed(value < 10 ? 1 : 0)} ms`

const roundTenths = (_key: string, value: unknown) =>
  typeof value === 'number' ? Math.round(value * 10) / 10 : value
