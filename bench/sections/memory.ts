import { entrants, type Entrant } from '../contender-list.js'
import { measureAll, present, taskFor, type Context } from '../context.js'
import { figures, interleave } from '../interleave.js'
import { count, megabytes, type Section } from '../section.js'
import { median } from '../statistics.js'

/** A whole result of more rows does not fit into a process. */
const mostWhole = 1_000_000

/** Peak memory against the number of rows. */
export async function memoryByCount(context: Context): Promise<Section> {
  const { counts, fewRepeats, rows: all } = context.sizes
  const { batches, rows, syncRows, array, pgCursor, kysely, pgResult } = entrants
  const chosen = present(context, [batches, rows, syncRows, array, pgCursor, kysely, pgResult])
  const runs = chosen
    .flatMap((entrant) => counts.map((limit) => ({ entrant, limit })))
    .filter(({ entrant, limit }) => entrant.kind === 'stream' || limit <= mostWhole)
  const series = await interleave(runs, fewRepeats, ({ entrant, limit }) => {
    context.say(`memory with ${count(limit)} rows: ${entrant.name}`)
    const { columns } = taskFor(context, 'mixed')
    const [table, property] = limit > all ? ['mixed_thrice', 'mixedThrice'] : ['mixed', 'mixed']
    return measureAll(context, entrant, taskFor(context, table, { property, columns, limit }), limit)
  })
  const peak = (name: string, limit: number) => {
    const found = series.find(({ contender }) => contender.entrant.name === name && contender.limit === limit)
    return found === undefined ? NaN : median(figures(found, ({ peakMemory }) => peakMemory))
  }
  const first = counts[0] ?? 0
  const last = counts.at(-1) ?? 0
  return {
    id: 'memory',
    title: 'Peak memory by number of rows, MB',
    note: 'The high-water mark of the whole process, rows of "mixed", chunk size 2,000.',
    head: ['', ...counts.map(count), 'growth'],
    rows: chosen.map(({ name }) => [
      name,
      ...counts.map((limit) => shown(peak(name, limit))),
      shown(peak(name, last) - peak(name, first)),
    ]),
    charts: [],
    data: series,
    missing: series.flatMap(({ failure }) => (failure === undefined ? [] : [failure])),
  }
}

/** Memory with rows of 100 kB, no options given. */
export async function memoryOfLargeRows(context: Context): Promise<Section> {
  const rows = context.tables.find(({ name }) => name === 'large')?.rows ?? 0
  const chosen: (Entrant & { readonly chunkSize?: number })[] = [
    { ...entrants.rows, name: 'sluice aiterator, no options', form: 'defaults' },
    { ...entrants.rows, name: 'sluice aiterator, chunk size 100', form: 'rows', chunkSize: 100 },
    { ...entrants.pgCursor, chunkSize: 100 },
  ]
  const series = await interleave(
    present(context, chosen),
    context.sizes.fewRepeats,
    ({ chunkSize, ...entrant }) => {
      context.say(`rows of 100 kB: ${entrant.name}`)
      const task = taskFor(context, 'large', chunkSize === undefined ? {} : { chunkSize })
      return measureAll(context, entrant, task, rows)
    },
  )
  return {
    id: 'large-rows',
    title: 'Rows of 100 kB',
    note: `${count(rows)} rows. Peer cursors have no default; they are given 100 rows.`,
    head: ['', 'rows/s', 'peak MB', 'over idle MB'],
    rows: series.map((each) => [
      each.contender.name,
      count(median(figures(each, ({ rows: seen, wall }) => (seen / wall) * 1000))),
      megabytes(median(figures(each, ({ peakMemory }) => peakMemory))),
      megabytes(median(figures(each, ({ peakMemory, idleMemory }) => peakMemory - idleMemory))),
    ]),
    charts: [],
    data: series,
    missing: series.flatMap(({ failure }) => (failure === undefined ? [] : [failure])),
  }
}

const shown = (bytes: number) => (Number.isNaN(bytes) ? '-' : megabytes(bytes))
