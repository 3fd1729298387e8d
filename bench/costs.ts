import type { Call } from './client.ts'
import { type Endpoint, endpointsOf } from './endpoints.ts'
import { type Sample, summarize } from './load.ts'
import type { World } from './worlds.ts'

const WARM_UPS = 20
const TIMES = 300

/** What one endpoint costs in one world. What is not a percentile is a mean. */
export interface Cost {
  projects: number
  /** On the page, for a list. */
  items: number | undefined
  trips: number
  rowsRead: number
  rowsWritten: number
  /** As D1 reports it. */
  d1Ms: number
  p50Ms: number
  p99Ms: number
}

/** Costs of an endpoint, one for each world. */
export interface EndpointCosts {
  name: string
  costs: Cost[]
}

/** A figure of one world, the largest unless `index` says which, by that of the smallest; 1 where both are the same. */
export function ratioOf(
  costs: Cost[],
  figure: 'rowsRead' | 'p50Ms' | 'p99Ms',
  index = costs.length - 1,
): number {
  const [first, other] = [costs[0]?.[figure] ?? Number.NaN, costs[index]?.[figure] ?? Number.NaN]
  return first === other ? 1 : other / first
}

/** 1000 is `1k`. */
export const sizeName = (projects: number) =>
  projects >= 1e6 ? `${projects / 1e6}M` : projects >= 1000 ? `${projects / 1000}k` : String(projects)

interface Contender {
  world: World
  endpoint: Endpoint
  samples: Sample[]
  reports: D1Report[]
  items: number | undefined
}

type D1Report = Record<'trips' | 'rowsRead' | 'rowsWritten' | 'milliseconds', number>

/** Measures all endpoints, one request at a time, in all worlds by turns, so that what else the machine does falls on all. */
export async function measureEndpoints(worlds: World[]): Promise<EndpointCosts[]> {
  const lists = await Promise.all(worlds.map(endpointsOf))
  const lastIds = await Promise.all(worlds.map(findLastId))
  const measured: EndpointCosts[] = []
  for (const [place, { name }] of (lists[0] ?? []).entries()) {
    console.log(`Measuring ${name}`)
    const contenders = worlds.flatMap((world, index): Contender[] => {
      const endpoint = lists[index]?.[place]
      return endpoint ? [{ world, endpoint, samples: [], reports: [], items: undefined }] : []
    })
    for (let time = -WARM_UPS; time < TIMES; time++) {
      for (const contender of contenders) await ask(contender, contender.endpoint.call(time), time < 0)
      // Nobody is always first.
      contenders.push(...contenders.splice(0, 1))
    }
    contenders.sort((a, b) => a.world.projects - b.world.projects)
    measured.push({ name, costs: contenders.map(costOf) })
  }
  for (const [index, { db }] of worlds.entries()) {
    await db.prepare('DELETE FROM projects WHERE id > ?').bind(lastIds[index]).run()
  }
  return measured
}

async function ask(contender: Contender, call: Call, isWarmUp: boolean): Promise<void> {
  const start = performance.now()
  const { text, headers } = await contender.world.send(call)
  const tookMs = performance.now() - start
  if (isWarmUp) {
    contender.items = JSON.parse(text).items?.length
  } else {
    contender.samples.push({ sentAt: start, tookMs })
    contender.reports.push(JSON.parse(String(headers['x-d1-cost'])))
  }
}

function costOf({ world, items, samples, reports }: Contender): Cost {
  const mean = (field: keyof D1Report) => reports.reduce((sum, each) => sum + each[field], 0) / reports.length
  const { p50Ms, p99Ms } = summarize(samples)
  return {
    projects: world.projects,
    items,
    trips: mean('trips'),
    rowsRead: mean('rowsRead'),
    rowsWritten: mean('rowsWritten'),
    d1Ms: mean('milliseconds'),
    p50Ms,
    p99Ms,
  }
}

const findLastId = ({ db }: World) => db.prepare('SELECT max(id) AS id FROM projects').first<number>('id')
