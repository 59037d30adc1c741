import { barChart } from '../charts/chart.js'
import { entrants } from '../contender-list.js'
import { measureAll, present, taskFor, type Context } from '../context.js'
import { readSeconds, sum } from '../estimate.js'
import { byRound, failures, figures, interleave, peak, rowsPerSecond, wall } from '../interleave.js'
import { count, megabytes, ratio, type Plan } from '../section.js'
import { median, pairedRatio, pairedRatios } from '../statistics.js'

/** Parents with their children, a chunk at a time. */
export function prefetching(context: Context): Plan {
  const { parents, fewRepeats } = context.sizes
  const chosen = present(context, [
    { ...entrants.rows, name: 'sluice aiterator, prefetchRelated', form: 'prefetch' },
    { name: 'pg-cursor, a query per chunk by hand', module: 'prefetch-by-hand.mjs', form: '' },
  ])
  return {
    id: 'prefetch',
    seconds: fewRepeats * sum(chosen.map((entrant) => readSeconds(entrant, parents * 2))),
    run: async () => {
      const series = await interleave(chosen, fewRepeats, (entrant) => {
        context.say(`prefetch: ${entrant.name}`)
        return measureAll(context, entrant, taskFor(context, 'parents'), parents)
      })
      const base = byRound(series[0], wall)
      return {
        id: 'prefetch',
        title: 'Prefetch while streaming',
        note: `${count(parents)} parents with three children each, chunk size 2,000.`,
        head: ['', 'parents/s', 'ratio', 'CPU s', 'peak MB'],
        rows: series.map((each) => [
          each.contender.name,
          count(median(figures(each, rowsPerSecond))),
          ratio(pairedRatio(base, byRound(each, wall))),
          median(figures(each, ({ cpu }) => cpu)).toFixed(2),
          megabytes(median(figures(each, peak))),
        ]),
        charts: [
          barChart(
            'prefetch',
            'Parents with three children each, while streaming',
            'thousand parents/s, more is better',
            series,
            (round) => rowsPerSecond(round) / 1000,
          ),
        ],
        findings: [
          {
            line: 'prefetch',
            values: pairedRatios(byRound(series[0], rowsPerSecond), byRound(series[1], rowsPerSecond)),
          },
        ],
        data: series,
        missing: failures(series),
      }
    },
  }
}
