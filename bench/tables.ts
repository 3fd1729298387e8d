import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/** Rows of cells, the head first. */
export type Table = string[][]

export function aligned(table: Table): string {
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  )
  const pad = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)
  return table.map((row) => row.map(pad).join('  ')).join('\n')
}

export function markdown([head = [], ...rows]: Table): string {
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'))
  return [head, rule, ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

/** What figures were measured on, and when. */
export function machine(): string {
  const workerd = JSON.parse(readFileSync('node_modules/workerd/package.json', 'utf8')) as { version: string }
  const date = new Date().toISOString().slice(0, 10)
  return `${availableParallelism()} cores, workerd ${workerd.version}, Node ${process.versions.node}, ${date}`
}

/** For `JSON.stringify`. */
export const toThousandths = (_key: string, value: unknown) =>
  typeof value === 'number' ? Math.round(value * 1000) / 1000 : value
