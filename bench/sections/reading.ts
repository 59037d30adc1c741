import { barChart } from '../charts/chart.js'
import { entrants, isOurs, type Entrant } from '../contender-list.js'
import { measureAll, present, taskFor, type Context } from '../context.js'
import { readSeconds, sum } from '../estimate.js'
import { byRound, failures, fastestOf, figures, interleave, overIdle } from '../interleave.js'
import { peak, rowsPerSecond, wall, type Series } from '../interleave.js'
import type { Finding } from '../must-hold.js'
import { count, megabytes, milliseconds, ratio, type Plan, type Section } from '../section.js'
import { median, pairedRatio, pairedRatios } from '../statistics.js'

/** The main table, on which the promises are tested. */
const main = 'mixed'

/** Every contender on one table of the dataset. */
export function reading(context: Context, table: string): Plan {
  const rows = context.tables.find(({ name }) => name === table)?.rows ?? 0
  const chosen = present(context, Object.values(entrants), Infinity)
  const repeats = (entrant: Entrant) => roundsOf(context, table, entrant)
  return {
    id: `reading-${table}`,
    seconds: sum(chosen.map((entrant) => repeats(entrant) * readSeconds(entrant, rows, table))),
    run: async () => {
      const series = await interleave(chosen, repeats, (entrant) => {
        context.say(`${table}: ${entrant.name}`)
        return measureAll(context, entrant, taskFor(context, table), rows)
      })
      return section(context, table, rows, series)
    },
  }
}

function roundsOf({ sizes }: Context, table: string, entrant: Entrant): number {
  const { repeats, fewRepeats } = sizes
  if (table !== main) return fewRepeats
  return entrant.kind === 'whole' || entrant === entrants.mikro ? Math.min(fewRepeats, repeats) : repeats
}

function section(context: Context, table: string, rows: number, series: Series<Entrant>[]): Section {
  const working = series.filter((each) => figures(each, wall).length > 0)
  const ours = series.find(({ contender }) => contender === entrants.batches)
  const columns = Object.keys(taskFor(context, table).columns).length
  const rounds = working.map((each) => each.rounds.length)
  const [fewest, most] = [Math.min(...rounds), Math.max(...rounds)]
  return {
    id: `reading-${table}`,
    title: `Reading the table "${table}"`,
    note:
      `${count(rows)} rows of ${columns} columns, chunk size 2,000. Medians of ${fewest === most ? '' : `${fewest} to `}` +
      `${most} interleaved rounds; the ratio is the median of rows/s against sluice in batches of the same round. First ` +
      'row: of the one query that is timed; who reads in arrays has it with its first array. Over idle: beyond the most ' +
      'that the process took before, loading its modules included.',
    head: ['', 'rows/s', 'spread', 'ratio', 'first row ms', 'CPU s', 'peak MB', 'over idle MB'],
    rows: working.map((each) => row(each, ours ?? each)),
    charts: [
      barChart(
        `reading-${table}`,
        `Reading "${table}"`,
        'thousand rows/s, more is better',
        working,
        (round) => rowsPerSecond(round) / 1000,
      ),
      ...(table === main
        ? [
            barChart(
              'memory-mixed',
              'Peak memory while reading "mixed"',
              'MB of the whole process, less is better',
              working,
              (round) => peak(round) / 1e6,
            ),
          ]
        : []),
    ],
    findings: table === main ? findings(series) : [],
    data: series,
    missing: failures(series),
  }
}

function row(series: Series<Entrant>, ours: Series<Entrant>): string[] {
  const speed = figures(series, rowsPerSecond)
  const [lowest, highest] = [Math.min(...speed), Math.max(...speed)].map((value) => count(value / 1000))
  const firstRow = figures(series, ({ firstRows }) => firstRows[0] ?? NaN)
  return [
    series.contender.name,
    count(median(speed)),
    `${lowest}-${highest} k`,
    ratio(pairedRatio(byRound(ours, wall), byRound(series, wall))),
    // COPY tells its rows at the end.
    series.contender.kind === 'floor' ? '-' : milliseconds(median(firstRow)),
    median(figures(series, ({ cpu }) => cpu)).toFixed(2),
    megabytes(median(figures(series, peak))),
    megabytes(median(figures(series, overIdle))),
  ]
}

function findings(series: readonly Series<Entrant>[]): Finding[] {
  const of = (entrant: Entrant) => series.find(({ contender }) => contender === entrant)
  const fastest = fastestOf(series.filter(({ contender }) => isNodeCursor(contender)))
  const cursor = fastest?.contender.name ?? 'no other cursor'
  const faster = (entrant: Entrant, than: Series<Entrant> | undefined) =>
    pairedRatios(byRound(of(entrant), rowsPerSecond), byRound(than, rowsPerSecond))
  const larger = (entrant: Entrant) =>
    pairedRatios(byRound(of(entrant), peak), byRound(of(entrants.pgCursor), peak))
  const { batches, rows, syncRows, kysely, django, copy } = entrants
  return [
    { line: 'batches', values: faster(batches, fastest), against: cursor },
    { line: 'kysely', values: faster(rows, of(kysely)) },
    { line: 'sync', values: faster(syncRows, fastest), against: cursor },
    { line: 'django', values: faster(rows, of(django)) },
    { line: 'copy', values: pairedRatios(byRound(of(batches), wall), byRound(of(copy), wall)) },
    { line: 'memoryBatches', values: larger(batches) },
    { line: 'memoryRows', values: larger(rows) },
    { line: 'memorySync', values: larger(syncRows) },
  ]
}

/** Reads a bounded number of rows at a time in Node, and is not ours. */
function isNodeCursor(entrant: Entrant): boolean {
  return entrant.kind === 'stream' && !isOurs(entrant) && entrant !== entrants.django
}
