import { barChart } from '../charts/chart.js'
import { measureAll, present, taskFor, type Context } from '../context.js'
import { sum } from '../estimate.js'
import { byRound, failures, figures, interleave, peak, rowsPerSecond, wall } from '../interleave.js'
import { count, megabytes, ratio, type Plan, type Section } from '../section.js'
import { median, pairedRatio } from '../statistics.js'

type Form = 'create' | 'update'

interface Writer {
  readonly name: string
  readonly module: string
  /** Rows per second, roughly. */
  readonly speed: number
}

const writers: Readonly<Record<Form, readonly Writer[]>> = {
  create: [
    { name: 'sluice bulkCreate', module: 'our-writes.js', speed: 60_000 },
    { name: 'pg, VALUES of many rows', module: 'write-pg.mjs', speed: 60_000 },
    { name: 'postgres.js, sql(rows)', module: 'write-postgres.mjs', speed: 50_000 },
    { name: 'Kysely, values(rows)', module: 'write-kysely.mjs', speed: 50_000 },
    { name: 'Drizzle, values(rows)', module: 'write-drizzle.mjs', speed: 25_000 },
  ],
  update: [
    { name: 'sluice bulkUpdate', module: 'our-writes.js', speed: 50_000 },
    { name: 'pg, UPDATE FROM VALUES', module: 'write-pg.mjs', speed: 30_000 },
    { name: 'postgres.js, UPDATE FROM VALUES', module: 'write-postgres.mjs', speed: 30_000 },
    { name: 'Kysely, one by one', module: 'write-kysely.mjs', speed: 3500 },
    { name: 'Drizzle, one by one', module: 'write-drizzle.mjs', speed: 2500 },
  ],
}

/** Slower than this is measured once. */
const slow = 10_000

/** Bulk writes against the peers' own way, each in one transaction. All write to the same table. */
export function writing(context: Context): Plan {
  const plans = [planFor(context, 'create'), planFor(context, 'update')]
  return {
    id: 'writing',
    seconds: sum(plans.map(({ seconds }) => seconds)),
    run: async () => {
      const sections: Section[] = []
      for (const { run } of plans) sections.push(await run())
      return sections
    },
  }
}

function planFor(context: Context, form: Form) {
  const { written, fewRepeats } = context.sizes
  const chosen = present(context, writers[form]).map((writer) => ({ ...writer, form }))
  const repeats = ({ speed }: Writer) => (speed < slow ? 1 : fewRepeats)
  return {
    seconds: sum(chosen.map((writer) => repeats(writer) * (0.8 + written / writer.speed))),
    run: async (): Promise<Section> => {
      const series = await interleave(chosen, repeats, (entrant) => {
        context.say(entrant.name)
        return measureAll(context, entrant, taskFor(context, 'targets', { limit: written }), written)
      })
      const base = byRound(series[0], wall)
      return {
        id: `bulk-${form}`,
        title: form === 'create' ? 'Creating many rows' : 'Updating many rows',
        note:
          `${count(written)} rows of 7 columns in one transaction; peers write 9,000 rows per statement where they can.` +
          (form === 'create'
            ? ' sluice also returns the rows as the database holds them; the peers do not.'
            : ' Kysely and Drizzle have no update of many rows.'),
        head: ['', 'rows/s', 'ratio', 'CPU s', 'peak MB'],
        rows: series.map((each) => [
          each.contender.name,
          count(median(figures(each, rowsPerSecond))),
          ratio(pairedRatio(base, byRound(each, wall))),
          median(figures(each, ({ cpu }) => cpu)).toFixed(2),
          megabytes(median(figures(each, peak))),
        ]),
        charts: [
          barChart(
            `bulk-${form}`,
            form === 'create' ? 'Creating many rows' : 'Updating many rows',
            'thousand rows/s, more is better',
            series,
            (round) => rowsPerSecond(round) / 1000,
          ),
        ],
        findings: [],
        data: series,
        missing: failures(series),
      }
    },
  }
}
