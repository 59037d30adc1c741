import { barChart } from '../charts/chart.js'
import { entrants, isOurs, type Entrant } from '../contender-list.js'
import { measureAll, present, taskFor, type Context } from '../context.js'
import { readSeconds, sum } from '../estimate.js'
import { byRound, failures, figures, interleave, peak, rowsPerSecond, type Series } from '../interleave.js'
import { openLine } from '../line.js'
import type { Finding } from '../must-hold.js'
import { count, megabytes, ratio, type Plan, type Section } from '../section.js'
import { median, pairedRatio, pairedRatios } from '../statistics.js'

/** One contender at one distance. */
interface Distant {
  readonly name: string
  readonly entrant: Entrant
  /** Milliseconds, each way. */
  readonly oneWay: number
}

const plain: Entrant = {
  ...entrants.batches,
  name: 'sluice aiterator, batches of 500, no options',
  form: 'defaultBatches',
}
const plainSync: Entrant = {
  ...entrants.syncBatches,
  name: 'sluice iterator, batches of 500, no options',
  form: 'syncDefaultBatches',
}
const prefetching: Entrant = { ...entrants.rows, name: 'sluice aiterator, prefetchRelated', form: 'prefetch' }
const byHand: Entrant = {
  ...{ name: 'pg-cursor, a query per chunk by hand', module: 'prefetch-by-hand.mjs', form: '' },
  ...{ kind: 'stream', yields: 'rows' },
}

/** A server that is near, and the same further and further away. */
export function distance(context: Context): Plan {
  const { distantRows, parents, oneWays, fewRepeats } = context.sizes
  const { batches, pgCursor, postgresCursor, kysely, pgx } = entrants
  const streams = atEach(
    oneWays,
    present<Entrant>(context, [plain, batches, plainSync, pgCursor, postgresCursor, kysely, pgx]),
  )
  const relations = atEach(oneWays, present<Entrant>(context, [prefetching, byHand]))
  // What others take by waiting is the same each time.
  const repeats = ({ entrant }: Distant) => (isOurs(entrant) ? fewRepeats : Math.min(2, fewRepeats))
  const seconds = (runs: readonly Distant[], rows: number) =>
    sum(runs.map((run) => repeats(run) * (readSeconds(run.entrant, rows) + waitingSeconds(run, rows))))
  return {
    id: 'distance',
    seconds: seconds(streams, distantRows) + seconds(relations, parents * 2),
    run: async () => {
      const measureFrom = (table: string, rows: number, limit?: number) => async (run: Distant) => {
        context.say(`${run.oneWay} ms away: ${run.name}`)
        await using line = await openLine(context.place.url, run.oneWay)
        const place = { ...context.place, url: line.url }
        const task = taskFor(context, table, limit === undefined ? {} : { limit })
        return await measureAll({ ...context, place }, run.entrant, task, rows)
      }
      const read = await interleave(streams, repeats, measureFrom('mixed', distantRows, distantRows))
      const related = await interleave(relations, repeats, measureFrom('parents', parents))
      return [streamSection(read, oneWays, distantRows), relationSection(related, oneWays, parents)]
    },
  }
}

function atEach(oneWays: readonly number[], contenders: readonly Entrant[]): Distant[] {
  return contenders.flatMap((entrant) => oneWays.map((oneWay) => ({ name: entrant.name, entrant, oneWay })))
}

function waitingSeconds({ entrant, oneWay }: Distant, rows: number): number {
  return isOurs(entrant) || entrant.kind === 'native' ? 0.5 : ((rows / 2000) * 2 * oneWay) / 1000
}

function streamSection(
  series: readonly Series<Distant>[],
  oneWays: readonly number[],
  rows: number,
): Section {
  const of = (oneWay: number) => find(series, plain.name, oneWay)
  const speed = (oneWay: number) => byRound(of(oneWay), rowsPerSecond)
  const farthest = oneWays.at(-1) ?? 0
  const growth = byRound(of(farthest), peak).flatMap((far, round) => {
    const near = byRound(of(0), peak)[round]
    return far === undefined || near === undefined ? [] : [(far - near) / 1e6]
  })
  return {
    id: 'distance',
    title: 'Streams at a distance',
    note:
      `${count(rows)} rows of "mixed" over a proxy that keeps everything for some milliseconds each way, and lets as much ` +
      'through as comes. Chunk size 2,000 but where nothing is given. Thousand rows/s, and of the farthest the ratio to the ' +
      'nearest and what it takes in memory beyond that.',
    head: ['', ...oneWays.map((oneWay) => `${oneWay} ms`), 'ratio', 'peak MB', 'beyond MB'],
    rows: rowsOf(series, oneWays, rowsPerSecond),
    charts: [chart('distance', `Streams at ${farthest} ms one way`, 'thousand rows/s', series, farthest)],
    findings: [
      { line: 'distance5', values: pairedRatios(speed(5), speed(0)) },
      { line: 'distance25', values: pairedRatios(speed(25), speed(0)) },
      { line: 'distanceMemory', values: growth },
    ],
    data: series,
    missing: failures(series),
  }
}

function relationSection(
  series: readonly Series<Distant>[],
  oneWays: readonly number[],
  parents: number,
): Section {
  const speed = (name: string, oneWay: number) => byRound(find(series, name, oneWay), rowsPerSecond)
  const against = (oneWay: number) =>
    pairedRatios(speed(prefetching.name, oneWay), speed(byHand.name, oneWay))
  const farthest = oneWays.at(-1) ?? 0
  const findings: Finding[] = [
    { line: 'distancePrefetch5', values: against(5) },
    { line: 'distancePrefetch25', values: against(25) },
  ]
  return {
    id: 'distance-prefetch',
    title: 'Prefetch while streaming, at a distance',
    note: `${count(parents)} parents with three children each, chunk size 2,000. Thousand parents/s.`,
    head: ['', ...oneWays.map((oneWay) => `${oneWay} ms`), 'ratio', 'peak MB', 'beyond MB'],
    rows: rowsOf(series, oneWays, rowsPerSecond),
    charts: [
      chart(
        'distance-prefetch',
        `Parents with children at ${farthest} ms`,
        'thousand parents/s',
        series,
        farthest,
      ),
    ],
    findings,
    data: series,
    missing: failures(series),
  }
}

function find(series: readonly Series<Distant>[], name: string, oneWay: number): Series<Distant> | undefined {
  return series.find(({ contender }) => contender.name === name && contender.oneWay === oneWay)
}

/** A row for each contender, with its figures at each distance. */
function rowsOf(
  series: readonly Series<Distant>[],
  oneWays: readonly number[],
  of: typeof rowsPerSecond,
): string[][] {
  const [nearest = 0, farthest = 0] = [oneWays[0], oneWays.at(-1)]
  return [...new Set(series.map(({ contender }) => contender.name))].map((name) => {
    const at = (oneWay: number) => find(series, name, oneWay)
    const memory = (oneWay: number) => median(figures(at(oneWay), peak))
    return [
      name,
      ...oneWays.map((oneWay) => count(median(figures(at(oneWay), of)) / 1000)),
      ratio(pairedRatio(byRound(at(farthest), of), byRound(at(nearest), of))),
      megabytes(memory(farthest)),
      megabytes(memory(farthest) - memory(nearest)),
    ]
  })
}

function chart(
  name: string,
  title: string,
  unit: string,
  series: readonly Series<Distant>[],
  oneWay: number,
) {
  const shown = series
    .filter(({ contender }) => contender.oneWay === oneWay)
    .map((each) => ({ ...each, contender: each.contender.entrant }))
  return barChart(name, title, `${unit}, more is better`, shown, (round) => rowsPerSecond(round) / 1000)
}
