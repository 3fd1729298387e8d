const BAR_WIDTH = 40
const REDRAW_MS = 100
const NEXT_LINE_MS = 1000

/** The items, with a bar that shows how many of `total` have been asked for; off a terminal, a line for a tenth at a time. */
export function* withProgress<T>(label: string, total: number, items: Iterable<T>): Generator<T> {
  const isWatched = process.stdout.isTTY
  const start = Date.now()
  let taken = 0
  let drawnAt = start
  for (const item of items) {
    yield item
    taken++
    const isTenth = Math.floor((taken * 10) / total) > Math.floor(((taken - 1) * 10) / total)
    const isDue = Date.now() - drawnAt >= (isWatched ? REDRAW_MS : NEXT_LINE_MS)
    if (taken < total && !(isDue && (isWatched || isTenth))) continue
    drawnAt = Date.now()
    const show = isWatched ? drawBar : printTenth
    show(label, taken, total, (drawnAt - start) / 1000)
  }
}

function drawBar(label: string, taken: number, total: number, seconds: number): void {
  const filled = Math.round((taken / total) * BAR_WIDTH)
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled)
  const left = taken < total ? `${Math.ceil((seconds / taken) * (total - taken))} s left` : inSeconds(seconds)
  process.stdout.write(`\r${bar} ${taken} of ${total} ${label}, ${left}\x1b[K${taken < total ? '' : '\n'}`)
}

function printTenth(label: string, taken: number, total: number, seconds: number): void {
  console.log(`${Math.floor((taken * 100) / total)} %: ${taken} of ${total} ${label}, ${inSeconds(seconds)}`)
}

const inSeconds = (seconds: number) => `${seconds.toFixed(0)} s`
