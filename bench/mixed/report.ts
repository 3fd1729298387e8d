import { writeFileSync } from 'node:fs'
import { sizeName } from '../costs.ts'
import { summarize } from '../load.ts'
import { medianOf, quartiles } from '../quartiles.ts'
import { aligned, machine, markdown, type Table, toThousandths } from '../tables.ts'
import type { Contender } from './contest.ts'
import { KINDS } from './visitors.ts'

export interface Run {
  projects: number
  connections: number
  seed: string
  requestsEach: number
  ours: Contender
  byHand: Contender
}

/** When the heap is looked at. */
const HEAPS = ['at the start', 'after a quarter', 'after a half', 'after three quarters', 'at the end']

/** Prints tables and writes the same to mixed.md, the figures to mixed.json. */
export function report(run: Run, directory: string): void {
  const { projects, connections, seed, requestsEach } = run
  const [ours, byHand] = [figuresOf(run.ours, requestsEach), figuresOf(run.byHand, requestsEach)]
  const ratio = ours.requestsPerSecond / byHand.requestsPerSecond
  const ratios = run.ours.rounds.map(({ tookMs }, i) => (run.byHand.rounds[i]?.tookMs ?? Number.NaN) / tookMs)
  const rounds = { count: ratios.length, ...quartiles(ratios) }
  const tables: [string, Table][] = [
    ['Beside a Worker by hand', wholeTable(ours, byHand)],
    ['By what is asked', kindsTable(ours, byHand)],
  ]
  const intro = `What \`npm run bench:mixed\` found on ${machine()}: ${sizeName(projects)} projects, ${connections} connections, ${requestsEach} requests to each, by the same dice, in ${rounds.count} rounds by turns. The API answers **${ratio.toFixed(2)}** of the requests a second that the Worker by hand does; of the rounds, half were from ${rounds.lower.toFixed(2)} to ${rounds.upper.toFixed(2)}, the middle one ${rounds.middle.toFixed(2)}. No answer was other than intended.`
  console.log(`\n${intro}`)
  for (const [title, table] of tables) console.log(`\n${title}\n\n${aligned(table)}`)
  const sections = tables.map(([title, table]) => `## ${title}\n\n${markdown(table)}`)
  writeFileSync(`${directory}/mixed.md`, `# Mixed traffic\n\n${intro}\n\n${sections.join('\n\n')}\n`)
  const figures = { measuredOn: machine(), projects, connections, seed, requestsEach, ratio, rounds }
  writeFileSync(
    `${directory}/mixed.json`,
    `${JSON.stringify({ ...figures, ours, byHand }, toThousandths, 2)}\n`,
  )
}

type Figures = ReturnType<typeof figuresOf>

function figuresOf({ rounds, tookMs, statuses, heaps }: Contender, requests: number) {
  const seconds = rounds.reduce((sum, round) => sum + round.tookMs, 0) / 1000
  const resident = rounds.map(({ residentBytes }) => residentBytes)
  const quarter = Math.ceil(resident.length / 4)
  return {
    requestsPerSecond: requests / seconds,
    ...latencyOf([...tookMs.values()].flat()),
    statuses: Object.fromEntries([...statuses].sort(([a], [b]) => a - b)),
    residentBytes: {
      firstQuarter: medianOf(resident.slice(0, quarter)),
      lastQuarter: medianOf(resident.slice(-quarter)),
    },
    heapBytes: Object.fromEntries(HEAPS.map((when, i) => [when, heaps[i] ?? Number.NaN])),
    kinds: Object.fromEntries([...tookMs].map(([name, samples]) => [name, latencyOf(samples)])),
  }
}

const latencyOf = (samples: number[]) => summarize(samples.map((tookMs) => ({ sentAt: 0, tookMs })))

function wholeTable(ours: Figures, byHand: Figures): Table {
  const row = (name: string, write: (value: number) => string, of: (figures: Figures) => number) => [
    name,
    write(of(ours)),
    write(of(byHand)),
    (of(ours) / of(byHand)).toFixed(2),
  ]
  const statuses = [...new Set([ours, byHand].flatMap(({ statuses }) => Object.keys(statuses)))].sort()
  return [
    ['', 'ours', 'by hand', 'ratio'],
    row('requests a second', whole, ({ requestsPerSecond }) => requestsPerSecond),
    row('p50', ms, ({ p50Ms }) => p50Ms),
    row('p99', ms, ({ p99Ms }) => p99Ms),
    row('max', ms, ({ maxMs }) => maxMs),
    row('memory of workerd, first quarter', mb, ({ residentBytes }) => residentBytes.firstQuarter),
    row('memory of workerd, last quarter', mb, ({ residentBytes }) => residentBytes.lastQuarter),
    ...HEAPS.map((when) =>
      row(`heap of JavaScript, ${when}`, mb, ({ heapBytes }) => heapBytes[when] ?? Number.NaN),
    ),
    ...statuses.map((status) => row(`answers ${status}`, whole, (figures) => figures.statuses[status] ?? 0)),
  ]
}

function kindsTable(ours: Figures, byHand: Figures): Table {
  const head = ['', 'requests', 'p50, ours', 'by hand', 'ratio', 'p99, ours', 'by hand', 'ratio']
  const names = [...KINDS.map(({ name }) => name), 'ended session', 'log in']
  return [
    head,
    ...names.flatMap((name) => {
      const [mine, theirs] = [ours.kinds[name], byHand.kinds[name]]
      if (!mine || !theirs) return []
      return [
        [
          name,
          whole(mine.count),
          ms(mine.p50Ms),
          ms(theirs.p50Ms),
          (mine.p50Ms / theirs.p50Ms).toFixed(2),
          ms(mine.p99Ms),
          ms(theirs.p99Ms),
          (mine.p99Ms / theirs.p99Ms).toFixed(2),
        ],
      ]
    }),
  ]
}

const whole = (value: number) => value.toFixed(0)
const ms = (value: number) => `${value.toFixed(1)} ms`
const mb = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`
