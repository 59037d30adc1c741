import { entrants, isOurs, type Entrant } from '../contender-list.js'
import { measureAll, present, taskFor, type Context } from '../context.js'
import { readSeconds, sum } from '../estimate.js'
import { byRound, failures, figures, interleave } from '../interleave.js'
import type { Measurement } from '../measure.js'
import { count, milliseconds, type Plan } from '../section.js'
import { median, pairedRatio, pairedRatios, quantile } from '../statistics.js'

const rowsPerQuery = 6000

/** The time from asking to the first row, over many queries: one of a process alone would be noise. */
export function firstRow(context: Context): Plan {
  const { processes, queries } = context.sizes.firstRow
  const limit = Math.min(rowsPerQuery, context.sizes.rows)
  const { batches, rows, syncRows, pgCursor, postgresCursor, kysely } = entrants
  const defaults = { ...rows, name: 'sluice aiterator, no options', form: 'defaults' }
  const chosen = present<Entrant>(context, [
    rows,
    batches,
    defaults,
    syncRows,
    pgCursor,
    postgresCursor,
    kysely,
  ])
  const middle = ({ firstRows }: Measurement) => median(firstRows)
  return {
    id: 'first-row',
    seconds: processes * sum(chosen.map((entrant) => readSeconds(entrant, limit * queries))),
    run: async () => {
      const series = await interleave(chosen, processes, (entrant) => {
        context.say(`first row: ${entrant.name}`)
        return measureAll(context, entrant, taskFor(context, 'mixed', { limit, queries }), limit * queries)
      })
      const medians = (entrant: Entrant) =>
        byRound(
          series.find(({ contender }) => contender === entrant),
          middle,
        )
      const base = medians(pgCursor)
      return {
        id: 'first-row',
        title: 'Time to the first row',
        note:
          `${processes} processes for each contender, taking turns, with ${queries} queries of ${count(limit)} rows in ` +
          'each, on an open connection; chunk size 2,000 but where nothing is given. Median, the middle half and the ' +
          'first query of a process; the ratio is the median of the ratios of processes of the same round.',
        head: ['', 'median ms', 'middle half ms', "process's first query ms", 'against pg-cursor'],
        rows: series.map((each) => {
          const all =
            figures(each, middle).length === 0 ? [] : each.rounds.flatMap((round) => round?.firstRows ?? [])
          return [
            each.contender.name,
            milliseconds(median(all)),
            `${milliseconds(quantile(all, 0.25))}-${milliseconds(quantile(all, 0.75))}`,
            milliseconds(median(figures(each, ({ firstRows }) => firstRows[0] ?? NaN))),
            pairedRatio(byRound(each, middle), base).toFixed(2),
          ]
        }),
        charts: [
          {
            kind: 'bars',
            name: 'first-row',
            title: 'Time to the first row',
            unit: 'ms, less is better',
            bars: series.map((each) => ({
              label: each.contender.name,
              value: median(each.rounds.flatMap((round) => round?.firstRows ?? [])),
              ours: isOurs(each.contender),
            })),
          },
        ],
        findings: [
          { line: 'firstRow', values: pairedRatios(medians(rows), base) },
          { line: 'firstRowDefaults', values: pairedRatios(medians(defaults), base) },
        ],
        data: series,
        missing: failures(series),
      }
    },
  }
}
