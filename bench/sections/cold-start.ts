import { measureAll, present, taskFor, type Context } from '../context.js'
import { byRound, failures, figures, interleave, type Series } from '../interleave.js'
import type { Measurement } from '../measure.js'
import { milliseconds, type Plan } from '../section.js'
import { median } from '../statistics.js'

const ours = 'cold-start.mjs'
const peers = 'cold-start-peers.mjs'

/** What a process does once: imports a package, or reads the first row by it, its connection included. */
const firsts = [
  { name: 'sluice, beyond pg and Kysely', what: 'import', module: ours, form: 'import' },
  { name: 'sluice aiterator', what: 'first row', module: ours, form: 'aiterator' },
  { name: 'sluice iterator', what: 'first row', module: ours, form: 'iterator' },
  ...Object.entries({ pg: 'pg', kysely: 'Kysely', drizzle: 'Drizzle', postgres: 'postgres.js' }).flatMap(
    ([peer, name]) => [
      { name, what: 'import', module: peers, form: `${peer} import` },
      { name, what: 'first row', module: peers, form: `${peer} row` },
    ],
  ),
]

const milli = ({ firstRows: [ms] }: Measurement) => ms ?? NaN

/** What the first use of a process costs: each process does one thing, and they take turns. */
export function coldStart(context: Context): Plan {
  const { coldStarts } = context.sizes
  const chosen = present(context, firsts, Infinity)
  return {
    id: 'cold-start',
    seconds: coldStarts * chosen.length * 0.4,
    run: async () => {
      const series = await interleave(chosen, coldStarts, (each) => {
        context.say(`cold start: ${each.name}, ${each.what}`)
        return measureAll(context, each, taskFor(context, 'mixed'), 1)
      })
      const of = (form: string) =>
        byRound(
          series.find(({ contender }) => contender.module === ours && contender.form === form),
          milli,
        )
      const async = of('aiterator')
      const beyond = of('iterator').map((value, round) => (value ?? NaN) - (async[round] ?? NaN))
      return {
        id: 'cold-start',
        title: 'A cold start',
        note:
          `${coldStarts} processes for each, taking turns: of this package as it is published. An import is that of all ` +
          'that is needed, but for sluice what comes beyond pg and Kysely; a first row is from the call to the row, ' +
          "connecting included, after the import. CPU is that of all threads. What must hold of iterator() is the difference to aiterator()'s row of the same round.",
        head: ['', '', 'median ms', 'fastest ms', 'CPU ms'],
        rows: series.map((each) => rowOf(each)),
        charts: [],
        findings: [
          { line: 'coldImport', values: of('import').map((value) => value ?? NaN) },
          { line: 'coldIterator', values: beyond },
        ],
        data: series,
        missing: failures(series),
      }
    },
  }
}

function rowOf(each: Series<(typeof firsts)[number]>): string[] {
  const { name, what } = each.contender
  const times = figures(each, milli)
  return [
    name,
    what,
    milliseconds(median(times)),
    milliseconds(times.length === 0 ? NaN : Math.min(...times)),
    milliseconds(median(figures(each, ({ cpu }) => cpu * 1000))),
  ]
}
