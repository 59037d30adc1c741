import { barChart } from '../charts/chart.js'
import { measureAll, present, taskFor, type Context } from '../context.js'
import { sum } from '../estimate.js'
import { byRound, failures, figures, interleave, peak, rowsPerSecond, wall } from '../interleave.js'
import type { Finding } from '../must-hold.js'
import { count, megabytes, ratio, type Plan } from '../section.js'
import { median, pairedRatio } from '../statistics.js'

/** `speed` in rows per second, roughly. */
const ours = { name: 'sluice bulkCreate of an iterable', module: 'our-load.js', form: '', speed: 180_000 }
const byHand = { name: 'pg-copy-streams, text by hand', module: 'load-streams.mjs', form: '', speed: 180_000 }
const loaders = [
  ours,
  { name: 'pg, VALUES of many rows', module: 'load-pg.mjs', form: '', speed: 40_000 },
  byHand,
  { name: 'postgres.js copy, text by hand', module: 'load-postgres.mjs', form: '', speed: 170_000 },
  { name: 'libpq, text by hand', module: 'libpq.c', form: 'load', speed: 400_000 },
  { name: 'pgx CopyFrom', module: 'pgx.go', form: 'load', speed: 200_000 },
  { name: 'asyncpg copy_records_to_table', module: 'asyncpg_client.py', form: 'load', speed: 80_000 },
]

/** Slower than this is measured once. */
const slow = 100_000

/** Rows by the hundred thousand, of which none comes back, against COPY by hand. */
export function bulkWriting(context: Context): Plan {
  const { loaded, fewRepeats } = context.sizes
  const chosen = present(context, loaders)
  const runs = loaded.flatMap((limit) => chosen.map((entrant) => ({ ...entrant, limit })))
  const repeats = ({ speed }: (typeof runs)[number]) => (speed < slow ? 1 : fewRepeats)
  return {
    id: 'bulk-writing',
    seconds: sum(runs.map((each) => repeats(each) * (0.8 + each.limit / each.speed))),
    run: async () => {
      const series = await interleave(runs, repeats, (entrant) => {
        const { name, limit } = entrant
        context.say(`${count(limit)} rows: ${name}`)
        return measureAll(context, entrant, taskFor(context, 'loaded', { limit }), limit)
      })
      const find = (module: string, limit: number) =>
        series.find(({ contender }) => contender.module === module && contender.limit === limit)
      const [fewest = 0, most = 0] = [loaded[0], loaded.at(-1)]
      const each = <T>(
        one: readonly (T | undefined)[],
        other: readonly (T | undefined)[],
        of: (a: T, b: T) => number,
      ) =>
        one.flatMap((a, round) => {
          const b = other[round]
          return a === undefined || b === undefined ? [] : [of(a, b)]
        })
      const rates = [find(ours.module, most), find(byHand.module, most)].map((one) =>
        byRound(one, rowsPerSecond),
      )
      const peaks = [find(ours.module, most), find(ours.module, fewest)].map((one) => byRound(one, peak))
      const findings: Finding[] = [
        {
          line: 'copyIn',
          values: each(rates[0] ?? [], rates[1] ?? [], (a, b) => a / b),
          against: `${count(most)} rows`,
        },
        {
          ...{ line: 'growthCopyIn', values: each(peaks[0] ?? [], peaks[1] ?? [], (a, b) => (a - b) / 1e6) },
          against: `${count(fewest)} to ${count(most)}`,
        },
      ]
      return {
        id: 'bulk-writing',
        title: 'Writing rows by the hundred thousand',
        note:
          'An iterable of rows of 9 columns; of none of these ways the rows come back. Text by hand is written for this ' +
          'one table, and handed over in chunks of 64 KiB.',
        head: ['', 'rows', 'rows/s', 'ratio', 'CPU s', 'peak MB'],
        rows: series.map((one) => [
          one.contender.name,
          count(one.contender.limit),
          count(median(figures(one, rowsPerSecond))),
          ratio(pairedRatio(byRound(find(ours.module, one.contender.limit), wall), byRound(one, wall))),
          median(figures(one, ({ cpu }) => cpu)).toFixed(2),
          megabytes(median(figures(one, peak))),
        ]),
        charts: [
          barChart(
            'bulk-writing',
            `Writing ${count(most)} rows`,
            'thousand rows/s, more is better',
            series.filter(({ contender }) => contender.limit === most),
            (round) => rowsPerSecond(round) / 1000,
          ),
        ],
        findings,
        data: series,
        missing: failures(series),
      }
    },
  }
}
