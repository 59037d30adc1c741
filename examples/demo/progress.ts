import { SingleBar } from 'cli-progress'
import { count, say } from './print.js'

/** How far a loop is. `using bar = progress(total)` ends it with the block. */
export interface Progress extends Disposable {
  advance(rows: number): void
}

/** A progress bar in a terminal; plain lines, one a second, anywhere else. */
export function progress(total: number): Progress {
  return process.stdout.isTTY && process.env['TERM'] !== 'dumb' ? bar(total) : lines(total)
}

function bar(total: number): Progress {
  const single = new SingleBar({
    stream: process.stdout,
    format: '   [{bar}] {percentage}%  {value} of {total}',
    formatValue: (value, _options, type) =>
      type === 'percentage' ? String(value).padStart(3) : count(value),
    // Gives an interrupted terminal its settings back.
    gracefulExit: true,
  })
  single.start(total, 0)
  return { advance: (rows) => single.increment(rows), [Symbol.dispose]: () => single.stop() }
}

function lines(total: number): Progress {
  let done = 0
  let said = performance.now()
  return {
    advance: (rows) => {
      done += rows
      if (done < total && performance.now() - said < 1000) return
      said = performance.now()
      say(`${Math.floor((100 * done) / total)}%  ${count(done)} of ${count(total)}`)
    },
    [Symbol.dispose]: () => undefined,
  }
}
