import { type EndpointCosts, ratioOf, sizeName } from './costs.ts'

const LEFT = 230
const WIDTH = 560
const TOP = 70
const ROW = 20
/** Ratios at the two ends of the scale, which is logarithmic. What is beyond is drawn at its end. */
const [LOWEST, HIGHEST] = [0.5, 64]
const COLOURS = { rowsRead: '#2563eb', p50Ms: '#ea580c' }

/** An SVG with a line for each endpoint: how many times the rows and the time of the smallest world the others take. */
export function drawRatios(endpoints: EndpointCosts[]): string {
  const sizes = endpoints[0]?.costs.map(({ projects }) => sizeName(projects)) ?? []
  const bottom = TOP + endpoints.length * ROW
  const ticks = [0.5, 1, 2, 4, 8, 16, 32, 64].map(
    (
      tick,
    ) => `<line x1="${x(tick)}" y1="${TOP - 10}" x2="${x(tick)}" y2="${bottom}" stroke="${tick === 1 ? '#444' : '#ddd'}"/>
<text x="${x(tick)}" y="${TOP - 16}" text-anchor="middle">${tick}</text>`,
  )
  const lines = endpoints.map(({ name, costs }, place) => {
    const y = TOP + place * ROW + ROW / 2
    const dots = costs
      .slice(1)
      .flatMap((_, index) => [
        dot(ratioOf(costs, 'rowsRead', index + 1), y - 3, COLOURS.rowsRead, index === costs.length - 2),
        dot(ratioOf(costs, 'p50Ms', index + 1), y + 3, COLOURS.p50Ms, index === costs.length - 2),
      ])
    return `<text x="${LEFT - 12}" y="${y + 4}" text-anchor="end">${name}</text>${dots.join('')}`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${LEFT + WIDTH + 30}" height="${bottom + 20}" font-family="sans-serif" font-size="12">
<title>What lists and writes cost at scale</title>
<rect width="100%" height="100%" fill="white"/>
<text x="12" y="22" font-size="14" font-weight="bold">Times the cost at ${sizes[0]} projects (filled: ${sizes.at(-1)}, hollow: between)</text>
${dot(LOWEST, 42, COLOURS.rowsRead, true, 16)}<text x="26" y="46">rows read</text>
${dot(LOWEST, 42, COLOURS.p50Ms, true, 106)}<text x="116" y="46">median latency</text>
${[...ticks, ...lines].join('\n')}
</svg>
`
}

function dot(ratio: number, y: number, colour: string, isFilled: boolean, at = x(ratio)): string {
  return `<circle cx="${at}" cy="${y}" r="4" stroke="${colour}" fill="${isFilled ? colour : 'white'}"/>`
}

function x(ratio: number): number {
  const clamped = Math.min(HIGHEST, Math.max(LOWEST, ratio))
  return Math.round(LEFT + (Math.log2(clamped / LOWEST) / Math.log2(HIGHEST / LOWEST)) * WIDTH)
}
