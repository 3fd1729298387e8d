import { METER_NAMES, METERS, READ_ON } from './prices.ts'
import { freeADay, priceOfMillion, type Usage } from './usage.ts'

export interface Row {
  name: string
  usage: Usage
}

const START = '<!-- `npm run costs` writes from here -->'
const END = '<!-- to here -->'

/** The README with these rows as its table of costs. @throws if it has no place for them */
export function withCosts(readme: string, rows: Row[]): string {
  const [before, rest] = cut(readme, START)
  const [, after] = cut(rest, END)
  return [before, START, '\n\n', costTable(rows), '\n', priceTable(), '\n', END, after].join('')
}

function cut(text: string, mark: string): [string, string] {
  const [before, after, ...more] = text.split(mark)
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Error(`README.md must have "${mark}" once.`)
  }
  return [before, after]
}

const costTable = (rows: Row[]) =>
  table(
    [
      'call',
      'D1 trips',
      'rows read',
      'rows written',
      'others',
      'log events',
      '$ a million',
      'a free account, a day',
    ],
    rows.map(({ name, usage }) => [
      name,
      number(usage.d1Trips),
      number(usage.d1RowsRead),
      number(usage.d1RowsWritten),
      others(usage),
      number(usage.logEvents),
      priceOfMillion(usage).toFixed(2),
      free(usage),
    ]),
  )

const priceTable = () =>
  table(
    [`on ${READ_ON}`, '$ a million', 'free, a day', 'page'],
    METER_NAMES.map((name) => {
      const { what, perMillion, freeADay, page } = METERS[name]
      const link = `[${page}](https://developers.cloudflare.com${page})`
      return [what, perMillion.toString(), number(Math.floor(freeADay)), link]
    }),
  )

const OTHERS = [
  ['kvReads', 'KV read'],
  ['kvWrites', 'KV write'],
  ['r2Reads', 'R2 read'],
  ['r2Writes', 'R2 write'],
  ['r2Deletes', 'R2 delete'],
  ['pictures', 'picture'],
  ['objectCalls', 'object call'],
] as const

const others = (usage: Usage) =>
  OTHERS.flatMap(([name, word]) =>
    usage[name] ? [`${usage[name]} ${word}${usage[name] > 1 ? 's' : ''}`] : [],
  ).join(', ')

function free(usage: Usage): string {
  const { times, limit } = freeADay(usage)
  return limit === 'requests' ? number(times) : `${number(times)}: ${METERS[limit].what}`
}

const number = (value: number) =>
  value === 0 ? '' : value.toLocaleString('en-US', { maximumFractionDigits: 1 })

const table = (head: string[], rows: string[][]) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('')
