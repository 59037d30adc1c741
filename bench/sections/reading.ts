import { entrants, type Entrant } from '../contender-list.js'
import { measureAll, present, taskFor, type Context } from '../context.js'
import { figures, interleave, type Series } from '../interleave.js'
import { count, megabytes, ratio, type Section } from '../section.js'
import { median, pairedRatio } from '../statistics.js'

const wallOf = ({ rounds }: Series<Entrant>) => rounds.map((round) => round?.wall)

/** Every contender on one table of the dataset. */
export async function reading(context: Context, table: string, repeats: number): Promise<Section> {
  const rows = context.tables.find(({ name }) => name === table)?.rows ?? 0
  const series = await interleave(present(context, Object.values(entrants)), repeats, (entrant) => {
    context.say(`${table}: ${entrant.name}`)
    return measureAll(context, entrant, taskFor(context, table), rows)
  })
  const working = series.filter((each) => figures(each, ({ wall }) => wall).length > 0)
  const ours = series.find(({ contender }) => contender === entrants.batches)
  const columns = Object.keys(taskFor(context, table).columns).length
  return {
    id: `reading-${table}`,
    title: `Reading the table "${table}"`,
    note:
      `${count(rows)} rows of ${columns} columns, chunk size 2,000. Medians of ${repeats} interleaved rounds; the ` +
      'ratio is the median of rows/s against sluice in batches of the same round. Who reads in arrays has its first row ' +
      'with its first array.',
    head: ['', 'rows/s', 'spread', 'ratio', 'first row ms', 'CPU s', 'peak MB', 'over idle MB'],
    rows: working.map((each) => row(each, ours ?? each)),
    charts: [
      {
        name: `reading-${table}`,
        title: `Reading "${table}"`,
        unit: 'thousand rows/s, more is better',
        bars: working.map((each) => ({
          label: each.contender.name,
          value: median(speeds(each)) / 1000,
          ours: each.contender.module === 'ours.js',
        })),
      },
      ...(table === 'mixed' ? [memoryChart(working)] : []),
    ],
    data: series,
    missing: series.flatMap(({ failure }) => (failure === undefined ? [] : [failure])),
  }
}

const speeds = (series: Series<Entrant>) => figures(series, ({ rows, wall }) => (rows / wall) * 1000)

function row(series: Series<Entrant>, ours: Series<Entrant>): string[] {
  const speed = speeds(series)
  return [
    series.contender.name,
    count(median(speed)),
    `${count(Math.min(...speed) / 1000)}-${count(Math.max(...speed) / 1000)} k`,
    ratio(pairedRatio(wallOf(ours), wallOf(series))),
    // COPY tells its rows at the end.
    series.contender.kind === 'floor' ? '-' : median(figures(series, ({ firstRow }) => firstRow)).toFixed(1),
    median(figures(series, ({ cpu }) => cpu)).toFixed(2),
    megabytes(median(figures(series, ({ peakMemory }) => peakMemory))),
    megabytes(median(figures(series, ({ peakMemory, idleMemory }) => peakMemory - idleMemory))),
  ]
}

function memoryChart(series: readonly Series<Entrant>[]) {
  return {
    name: 'memory-mixed',
    title: 'Peak memory while reading "mixed"',
    unit: 'MB of the whole process, less is better',
    bars: series.map((each) => ({
      label: each.contender.name,
      value: median(figures(each, ({ peakMemory }) => peakMemory)) / 1e6,
      ours: each.contender.module === 'ours.js',
    })),
  }
}
