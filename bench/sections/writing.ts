import { measureAll, present, taskFor, type Context } from '../context.js'
import { figures, interleave } from '../interleave.js'
import { count, megabytes, ratio, type Section } from '../section.js'
import { median, pairedRatio } from '../statistics.js'

type Form = 'create' | 'update'

const writers = {
  create: [
    { name: 'sluice bulkCreate', module: 'our-writes.js' },
    { name: 'pg, VALUES of many rows', module: 'write-pg.mjs' },
    { name: 'postgres.js, sql(rows)', module: 'write-postgres.mjs' },
    { name: 'Kysely, values(rows)', module: 'write-kysely.mjs' },
    { name: 'Drizzle, values(rows)', module: 'write-drizzle.mjs' },
  ],
  update: [
    { name: 'sluice bulkUpdate', module: 'our-writes.js' },
    { name: 'pg, UPDATE FROM VALUES', module: 'write-pg.mjs' },
    { name: 'postgres.js, UPDATE FROM VALUES', module: 'write-postgres.mjs' },
    { name: 'Kysely, one by one', module: 'write-kysely.mjs' },
    { name: 'Drizzle, one by one', module: 'write-drizzle.mjs' },
  ],
}

/** Bulk writes against the peers' own way, each in one transaction. */
export async function writing(context: Context, form: Form): Promise<Section> {
  const { written, fewRepeats } = context.sizes
  const chosen = present(context, writers[form]).map((writer) => ({ ...writer, form }))
  const series = await interleave(chosen, fewRepeats, (entrant) => {
    context.say(entrant.name)
    return measureAll(context, entrant, taskFor(context, 'targets', { limit: written }), written)
  })
  const base = series[0]?.rounds.map((round) => round?.wall) ?? []
  return {
    id: `bulk-${form}`,
    title: form === 'create' ? 'Creating many rows' : 'Updating many rows',
    note:
      `${count(written)} rows of 7 columns in one transaction; peers write 9,000 rows per statement where they can.` +
      (form === 'create'
        ? ' sluice also returns the rows as the database holds them; the peers do not.'
        : ''),
    head: ['', 'rows/s', 'ratio', 'CPU s', 'peak MB'],
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
