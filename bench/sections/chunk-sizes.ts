import { entrants, isOurs, type Entrant } from '../contender-list.js'
import { measureAll, present, taskFor, type Context } from '../context.js'
import { readSeconds, sum } from '../estimate.js'
import { failures, figures, interleave, rowsPerSecond } from '../interleave.js'
import { count, type Plan } from '../section.js'
import { median } from '../statistics.js'

/** Rows per second by how many rows one fetch brings. */
export function chunkSizes(context: Context): Plan {
  const { rows: all, chunkRows, chunkSizes: sizes, fewRepeats } = context.sizes
  const { batches, rows, syncRows, pgCursor, pgQueryStream, postgresCursor, kysely } = entrants
  const chosen = present<Entrant>(context, [
    batches,
    rows,
    syncRows,
    pgCursor,
    pgQueryStream,
    postgresCursor,
    kysely,
  ])
  const limitFor = (chunkSize: number) =>
    Math.min(all, Math.ceil(chunkSize < 10 ? chunkRows / 20 : chunkSize < 100 ? chunkRows / 4 : chunkRows))
  const runs = chosen.flatMap((entrant) =>
    sizes.map((chunkSize) => ({ name: entrant.name, entrant, chunkSize, limit: limitFor(chunkSize) })),
  )
  // A fetch of its own takes about a tenth of a millisecond.
  const seconds = runs.map(
    ({ entrant, chunkSize, limit }) => readSeconds(entrant, limit) + (limit / chunkSize) * 1e-4,
  )
  return {
    id: 'chunk-sizes',
    seconds: fewRepeats * sum(seconds),
    run: async () => {
      const series = await interleave(runs, fewRepeats, ({ entrant, chunkSize, limit }) => {
        context.say(`chunk size ${chunkSize}: ${entrant.name}`)
        return measureAll(context, entrant, taskFor(context, 'mixed', { chunkSize, limit }), limit)
      })
      const speed = (entrant: Entrant, size: number) =>
        median(
          figures(
            series.find(({ contender }) => contender.entrant === entrant && contender.chunkSize === size),
            rowsPerSecond,
          ),
        )
      return {
        id: 'chunk-sizes',
        title: 'Rows/s by chunk size',
        note: `The first ${count(limitFor(1000))} rows of "mixed"; with less than 100 rows per fetch a quarter of them, with one a twentieth.`,
        head: ['', ...sizes.map(count)],
        rows: chosen.map((entrant) => [entrant.name, ...sizes.map((size) => count(speed(entrant, size)))]),
        charts: [
          {
            kind: 'lines',
            name: 'chunk-sizes',
            title: 'Rows/s by chunk size',
            unit: 'thousand rows/s, more is better',
            axis: 'rows per fetch (chunk size)',
            lines: chosen.map((entrant) => ({
              label: entrant.name,
              ours: isOurs(entrant),
              points: sizes.map((size) => ({ x: size, y: speed(entrant, size) / 1000 })),
            })),
          },
        ],
        findings: [],
        data: series,
        missing: failures(series),
      }
    },
  }
}
