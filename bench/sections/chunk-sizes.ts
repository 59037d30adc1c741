import { entrants } from '../contender-list.js'
import { measureAll, present, taskFor, type Context } from '../context.js'
import { figures, interleave } from '../interleave.js'
import { count, type Section } from '../section.js'
import { median } from '../statistics.js'

/** Rows per second by how many rows one fetch brings. */
export async function chunkSizes(context: Context): Promise<Section> {
  const { rows: all, chunkRows, chunkSizes: sizes, fewRepeats } = context.sizes
  const { batches, rows, syncRows, pgCursor, pgQueryStream, postgresCursor, kysely } = entrants
  const chosen = present(context, [batches, rows, syncRows, pgCursor, pgQueryStream, postgresCursor, kysely])
  const runs = chosen.flatMap((entrant) => sizes.map((chunkSize) => ({ entrant, chunkSize })))
  const series = await interleave(runs, fewRepeats, ({ entrant, chunkSize }) => {
    context.say(`chunk size ${chunkSize}: ${entrant.name}`)
    const limit = Math.min(all, chunkSize === 1 ? chunkRows / 20 : chunkRows)
    return measureAll(context, entrant, taskFor(context, 'mixed', { chunkSize, limit }), limit)
  })
  const speed = (name: string, size: number) => {
    const found = series.find(
      ({ contender }) => contender.entrant.name === name && contender.chunkSize === size,
    )
    return found === undefined ? NaN : median(figures(found, ({ rows, wall }) => (rows / wall) * 1000))
  }
  return {
    id: 'chunk-sizes',
    title: 'Rows/s by chunk size',
    note: `The first ${count(Math.min(all, chunkRows))} rows of "mixed", at chunk size 1 a twentieth of them.`,
    head: ['', ...sizes.map(count)],
    rows: chosen.map(({ name }) => [name, ...sizes.map((size) => count(speed(name, size)))]),
    charts: [],
    data: series,
    missing: series.flatMap(({ failure }) => (failure === undefined ? [] : [failure])),
  }
}
