import cliProgress from 'cli-progress'

/** How far it is, on a terminal, below what else is printed there; elsewhere nothing. */
export interface Bar extends Disposable {
  readonly update: (rows: number, done: number) => void
}

const NONE: Bar = { update: () => undefined, [Symbol.dispose]: () => undefined }

/**
 * A bar on the standard error.
 *
 * @param total - of what is counted, which may be guessed; undefined where nobody knows.
 * @param unit - what it is a number of: `about 1,200 rows`.
 */
export function barOf(total: number | undefined, unit: string): Bar {
  if (!process.stderr.isTTY) return NONE
  const start = performance.now()
  const format =
    total === undefined
      ? '{rows} rows, {rate} rows/s'
      : `[{bar}] {percentage} % of ${unit}, {rows} rows, {rate} rows/s, {left} left`
  const bar = new cliProgress.SingleBar(
    { format, hideCursor: true, clearOnComplete: true, stream: process.stderr, fps: 10, barsize: 24 },
    cliProgress.Presets.legacy,
  )
  bar.start(total ?? 0, 0, { rows: '0', rate: '0', left: '?' })
  return {
    update: (rows, done) => {
      const seconds = (performance.now() - start) / 1000
      // The planner may have guessed too few.
      if (total !== undefined && done > bar.getTotal()) bar.setTotal(done)
      const left = done === 0 ? '?' : shownTime((seconds / done) * Math.max(0, bar.getTotal() - done))
      bar.update(done, { rows: shown(rows), rate: shown(Math.round(rows / seconds)), left })
    },
    [Symbol.dispose]: () => void bar.stop(),
  }
}

/** `1:05`, or `2:00:00` */
function shownTime(seconds: number): string {
  const whole = Math.round(seconds)
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60]
  const end = String(whole % 60).padStart(2, '0')
  return hours === 0 ? `${minutes}:${end}` : `${hours}:${String(minutes).padStart(2, '0')}:${end}`
}

/** `12,345` */
export function shown(count: number): string {
  return count.toLocaleString('en')
}
