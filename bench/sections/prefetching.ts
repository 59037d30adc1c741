import { entrants } from '../contender-list.js'
import { measureAll, present, taskFor, type Context } from '../context.js'
import { figures, interleave } from '../interleave.js'
import { count, megabytes, ratio, type Section } from '../section.js'
import { median, pairedRatio } from '../statistics.js'

/** Parents with their children, a chunk at a time. */
export async function prefetching(context: Context): Promise<Section> {
  const { parents, fewRepeats } = context.sizes
  const chosen = [
    { ...entrants.rows, name: 'sluice aiterator, prefetchRelated', form: 'prefetch' },
    { name: 'pg-cursor, a query per chunk by hand', module: 'prefetch-by-hand.mjs', form: '' },
  ]
  const series = await interleave(present(context, chosen), fewRepeats, (entrant) => {
    context.say(`prefetch: ${entrant.name}`)
    return measureAll(context, entrant, taskFor(context, 'parents'), parents)
  })
  const base = series[0]?.rounds.map((round) => round?.wall) ?? []
  return {
    id: 'prefetch',
    title: 'Prefetch while streaming',
    note: `${count(parents)} parents with three children each, chunk size 2,000.`,
    head: ['', 'parents/s', 'ratio', 'CPU s', 'peak MB'],
    rows: series.map((each) => [
      each.contender.name,
      count(median(figures(each, ({ rows, wall }) => (rows / wall) * 1000))),
      ratio(
        pairedRatio(
          base,
          each.rounds.map((round) => round?.wall),
        ),
      ),
      median(figures(each, ({ cpu }) => cpu)).toFixed(2),
      megabytes(median(figures(each, ({ peakMemory }) => peakMemory))),
    ]),
    charts: [],
    data: series,
    missing: series.flatMap(({ failure }) => (failure === undefined ? [] : [failure])),
  }
}
