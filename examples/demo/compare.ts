import Table from 'cli-table3'
import { runApart } from './apart.js'
import { forms } from './forms.js'
import type { Measurement } from './measure.js'
import { count, say } from './print.js'
import type { Scope } from './scope.js'

const explanation = [
  'first row  how long the loop waits for its first row or batch;',
  '           toArray() has none before all are there',
  'peak       memory: the most the process ever had, uncollected garbage included',
  'over idle  the same, less a process that only imports all and connects',
  '',
  'toArray() holds every row: twice the users take twice the memory. A stream',
  'holds a chunk of at most 2,000 rows and the one on its way, so its memory',
  'stays where it is however long the table is. iterator() has a worker thread',
  'that reads for it, and part of its memory is that thread.',
  'Each figure is from one run, after a first row to warm up, beside the server',
  'on the same machine: expect them to differ a little from run to run.',
]

/** Measures every form in a process of its own, one after the other, and prints the table. */
export async function compare(scope: Scope, url: string): Promise<void> {
  const measure = (...args: string[]) => runApart<Measurement>(scope, { file: './measure.ts', args, url })
  const idle = await measure()
  const table = newTable()
  table.push(['idle: reads nothing', '', '', megabytes(idle.peakMemory), ''])
  for (const name of Object.keys(forms)) {
    const { rows, total, firstRow, peakMemory } = await measure(name)
    const overIdle = Math.max(0, peakMemory - idle.peakMemory)
    const speed = count((rows / total) * 1000)
    table.push([name, speed, `${firstRow.toFixed(0)} ms`, megabytes(peakMemory), megabytes(overIdle)])
  }
  for (const line of [...table.toString().split('\n'), '', ...explanation]) say(line)
}

/** Narrow enough for a terminal of 80 columns, without colours and without a rule between rows. */
function newTable(): InstanceType<typeof Table> {
  return new Table({
    head: ['', 'rows/s', 'first row', 'peak', 'over idle'],
    colAligns: ['left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  })
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`
}
