import { availableParallelism } from 'node:os'
import { barChart } from '../charts/chart.js'
import type { Entrant } from '../contender-list.js'
import { measureAll, present, taskFor, type Context } from '../context.js'
import { readSeconds, sum } from '../estimate.js'
import { byRound, failures, figures, interleave, rowsPerSecond, type Series } from '../interleave.js'
import { count, ratio, type Plan, type Section } from '../section.js'
import { median, pairedRatio } from '../statistics.js'

const form = (name: string, form: string): Entrant => ({
  name,
  module: 'our-parallel.js',
  form,
  kind: 'stream',
  yields: 'arrays',
})

const withTwoAndFour = (kind: string): Entrant[] => [
  form('one stream', `${kind} 1`),
  form('parallel, 2 partitions', `${kind} 2`),
  form('parallel, 4 partitions', `${kind} 4`),
]

/** What of the work is dear, and who does it. */
const cases = [
  {
    id: 'parallel-loop',
    title: 'Parts at once: a loop as dear as decoding',
    what:
      'The loop takes as much CPU for a row as reading it does, both on the one thread that JavaScript has: parts at once ' +
      'can only take the server out of its way.',
    entrants: withTwoAndFour('busy'),
  },
  {
    id: 'parallel-server',
    title: 'Parts at once: a server that is the limit',
    what: 'The server computes a value for each row, twenty times MD5 in PL/pgSQL, and the loop does nothing.',
    entrants: withTwoAndFour('server'),
  },
  {
    id: 'parallel-decoding',
    title: 'Rows decoded on another thread',
    what:
      'What the library does not do: a worker reads and decodes, and posts batches as structured clones, which this thread has ' +
      'to make rows of again; with a loop that does nothing, and with one as dear as decoding. Each against decoding on this ' +
      'thread.',
    entrants: [
      form('here, idle loop', 'idle 1'),
      form('by a worker, idle loop', 'worker idle'),
      form('here, busy loop', 'busy 1'),
      form('by a worker, busy loop', 'worker busy'),
    ],
  },
]

/** What it gains to read parts at once, by what the limit is. */
export function parallel(context: Context): Plan {
  const { rows, fewRepeats } = context.sizes
  const repeats = Math.max(fewRepeats, Math.min(3, context.sizes.repeats + 1))
  const chosen = cases.map((each) => ({ ...each, entrants: present(context, each.entrants) }))
  const all = chosen.flatMap(({ entrants }) => entrants)
  return {
    id: 'parallel',
    seconds: 3 * repeats * sum(all.map((entrant) => readSeconds(entrant, rows))),
    run: async () => {
      const sections: Section[] = []
      for (const { id, title, what, entrants } of chosen) {
        const series = await interleave(entrants, repeats, (entrant) => {
          context.say(`${id}: ${entrant.name}`)
          return measureAll(context, entrant, taskFor(context, 'mixed'), rows)
        })
        sections.push({
          id,
          title,
          note:
            `${what} ${count(rows)} rows of "mixed" in batches of 500, on ${availableParallelism()} cores that server and ` +
            'client share; the ratio is the median of rows/s against the first line of the same kind in the same round.',
          head: ['', 'rows/s', 'ratio', 'CPU s of the client', 'peak MB'],
          rows: series.map((each, index) => [
            each.contender.name,
            count(median(figures(each, rowsPerSecond))),
            ratio(pairedRatio(byRound(each, rowsPerSecond), byRound(baseOf(series, index), rowsPerSecond))),
            median(figures(each, ({ cpu }) => cpu)).toFixed(1),
            (median(figures(each, ({ peakMemory }) => peakMemory)) / 1e6).toFixed(0),
          ]),
          charts: [barChart(id, title, 'rows/s, more is better', series, rowsPerSecond)],
          findings: [],
          data: series,
          missing: failures(series),
        })
      }
      return sections
    },
  }
}

/** What a line is compared with: the first, and in pairs the first of its pair. */
function baseOf(series: readonly Series<Entrant>[], index: number): Series<Entrant> | undefined {
  const isByWorker = series[index]?.contender.form.startsWith('worker') === true
  const isHere = series[index]?.contender.form.endsWith(' 1') === true
  return isByWorker ? series[index - 1] : isHere ? series[index] : series[0]
}
