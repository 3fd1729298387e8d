import { writeFileSync } from 'node:fs'
import type { Comparison } from './compare-by-hand.ts'
import { type EndpointCosts, ratioOf, sizeName } from './costs.ts'
import { drawRatios } from './ratios-plot.ts'
import type { Storage } from './storage.ts'
import { aligned, machine, markdown, type Table, toThousandths } from './tables.ts'

export interface Figures {
  endpoints: EndpointCosts[]
  byHand: Comparison[]
  storage: Storage[]
}

const MAX_ROWS_PER_ITEM = 25
const MAX_ROWS_RATIO = 1.2
const MAX_P50_RATIO = 1.5
const MIN_BY_HAND_RATIO = 0.85

/** Prints tables and writes the same to bench/lists.md, the figures to bench/lists.json and a plot to bench/lists.svg. */
export function report({ endpoints, byHand, storage }: Figures, directory: string): void {
  const tables = [
    ['What a request reads and writes', rowsTable(endpoints)],
    ['How long an answer takes, one request at a time', timesTable(endpoints)],
    ['Requests a second, beside a Worker by hand', byHandTable(byHand)],
    ['What the database holds', storageTable(storage)],
  ] as const
  const missed = missedGoals(endpoints, byHand)
  const goals = missed.length > 0 ? missed : ['All are met.']
  for (const [title, table] of tables) console.log(`\n${title}\n\n${aligned(table)}`)
  console.log(`\nGoals\n\n${goals.join('\n')}`)

  const sections = tables.map(([title, table]) => `## ${title}\n\n${markdown(table)}`)
  const list = goals.map((goal) => `- ${goal}`).join('\n')
  const intro = `What \`npm run bench\` found on ${machine()}. A ratio is to the first size.`
  writeFileSync(
    `${directory}/lists.md`,
    `# Lists at scale\n\n${intro}\n\n![Ratios](lists.svg)\n\n${sections.join('\n\n')}\n\n## Goals\n\n${list}\n`,
  )
  writeFileSync(
    `${directory}/lists.json`,
    `${JSON.stringify({ measuredOn: machine(), endpoints, byHand, storage }, toThousandths, 2)}\n`,
  )
  writeFileSync(`${directory}/lists.svg`, drawRatios(endpoints))
}

function rowsTable(endpoints: EndpointCosts[]): Table {
  const sizes = sizesOf(endpoints)
  const head = ['endpoint', 'trips', 'items', ...sizes.map((size) => `rows read, ${size}`), 'ratio']
  head.push(...sizes.map((size) => `rows written, ${size}`))
  return [
    head,
    ...endpoints.map(({ name, costs }) => [
      name,
      number(costs.at(-1)?.trips),
      number(costs.at(-1)?.items),
      ...costs.map(({ rowsRead }) => number(rowsRead)),
      ratio(ratioOf(costs, 'rowsRead')),
      ...costs.map(({ rowsWritten }) => number(rowsWritten)),
    ]),
  ]
}

function timesTable(endpoints: EndpointCosts[]): Table {
  const sizes = sizesOf(endpoints)
  const head = ['endpoint', ...sizes.map((size) => `p50, ${size}`), 'ratio']
  head.push(...sizes.map((size) => `p99, ${size}`), 'ratio', ...sizes.map((size) => `in D1, ${size}`))
  return [
    head,
    ...endpoints.map(({ name, costs }) => [
      name,
      ...costs.map(({ p50Ms }) => ms(p50Ms)),
      ratio(ratioOf(costs, 'p50Ms')),
      ...costs.map(({ p99Ms }) => ms(p99Ms)),
      ratio(ratioOf(costs, 'p99Ms')),
      ...costs.map(({ d1Ms }) => ms(d1Ms)),
    ]),
  ]
}

const byHandTable = (byHand: Comparison[]): Table => [
  ['request', 'projects', 'connections', 'ours', 'by hand', 'ratio', 'half of the rounds'],
  ...byHand.map(({ name, projects, connections, ours, byHand, ratios: { lower, middle, upper } }) => [
    name,
    sizeName(projects),
    String(connections),
    ours.toFixed(0),
    byHand.toFixed(0),
    ratio(middle),
    `${ratio(lower)} to ${ratio(upper)}`,
  ]),
]

const storageTable = (storage: Storage[]): Table => [
  ['projects', 'table', 'its indexes', 'search index', 'of the table', 'whole database'],
  ...storage.map(({ projects, tableBytes, indexBytes, searchBytes, wholeBytes }) => [
    sizeName(projects),
    mb(tableBytes),
    mb(indexBytes),
    mb(searchBytes),
    ratio(searchBytes / tableBytes),
    mb(wholeBytes),
  ]),
]

function missedGoals(endpoints: EndpointCosts[], byHand: Comparison[]): string[] {
  const missed: string[] = []
  for (const { name, costs } of endpoints) {
    const { items = 0, rowsRead = 0, trips = 0 } = costs.at(-1) ?? {}
    const [rows, p50] = [ratioOf(costs, 'rowsRead'), ratioOf(costs, 'p50Ms')]
    if (trips !== 1) missed.push(`${name}: ${number(trips)} round trips`)
    if (items > 0 && rowsRead > items * MAX_ROWS_PER_ITEM) {
      missed.push(
        `${name}: ${number(rowsRead / items)} rows read for an item, more than ${MAX_ROWS_PER_ITEM}`,
      )
    }
    // What is most relevant, the more matches there are, the more are to be looked at.
    if (name.startsWith('relevance')) continue
    if (rows > MAX_ROWS_RATIO) missed.push(`${name}: rows ${ratio(rows)}, more than ${MAX_ROWS_RATIO}`)
    if (p50 > MAX_P50_RATIO) missed.push(`${name}: p50 ${ratio(p50)}, more than ${MAX_P50_RATIO}`)
  }
  for (const { name, ratios } of byHand) {
    if (ratios.middle < MIN_BY_HAND_RATIO) {
      missed.push(`${name}: ${ratio(ratios.middle)} of the Worker by hand, less than ${MIN_BY_HAND_RATIO}`)
    }
  }
  return missed
}

const sizesOf = (endpoints: EndpointCosts[]) =>
  endpoints[0]?.costs.map(({ projects }) => sizeName(projects)) ?? []

const number = (value: number | undefined) => (value === undefined ? '' : String(Math.round(value * 10) / 10))
const ratio = (value: number) => value.toFixed(2)
const ms = (value: number) => value.toFixed(2)
const mb = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`
