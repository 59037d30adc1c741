import type { BarChart } from '../charts/chart-data.js'
import { barChart } from '../charts/chart.js'
import { measureAll, present, taskFor, type Context } from '../context.js'
import { sum } from '../estimate.js'
import { byRound, failures, fastestOf, figures, interleave, rowsPerSecond, wall } from '../interleave.js'
import type { Series } from '../interleave.js'
import type { Measurement } from '../measure.js'
import type { Finding, LineId } from '../must-hold.js'
import { count, ratio, type Plan, type Section } from '../section.js'
import { median, pairedRatio, pairedRatios } from '../statistics.js'

interface Caller {
  readonly name: string
  readonly module: string
  /** Calls per second, roughly. */
  readonly speed: number
}

const ours: Caller = { name: 'sluice', module: 'our-calls.js', speed: 6000 }
const pg: Caller = { name: 'pg', module: 'calls-pg.mjs', speed: 8000 }
const kysely: Caller = { name: 'Kysely', module: 'calls-kysely.mjs', speed: 6000 }
const postgres: Caller = { name: 'postgres.js', module: 'calls-postgres.mjs', speed: 10_000 }

/** Those that many use, against whom nothing has to hold. */
const others: readonly Caller[] = [
  { name: 'Drizzle', module: 'calls-drizzle.mjs', speed: 3500 },
  { name: 'MikroORM', module: 'calls-mikro.mjs', speed: 3000 },
  { name: 'Prisma', module: 'calls-prisma.mjs', speed: 2500 },
]

const natives: readonly Caller[] = [
  { name: 'libpq', module: 'libpq.c', speed: 15_000 },
  { name: 'pgx', module: 'pgx.go', speed: 12_000 },
  { name: 'asyncpg', module: 'asyncpg_client.py', speed: 8000 },
]

/** Only these are measured in every round. */
const paired: readonly Caller[] = [ours, pg, kysely, postgres]

const peers: readonly Caller[] = [...paired.slice(1), ...others]

/** Something that must hold of 10 at once. */
interface Promised {
  readonly line: LineId
  /** Of whom the fastest counts. */
  readonly against: readonly Caller[]
  readonly of: (round: Measurement) => number
}

interface Kind {
  readonly form: string
  readonly title: string
  readonly promised?: readonly Promised[]
  readonly callers?: readonly Caller[]
  readonly hasChart?: true
}

const cpuPerCall = (round: Measurement) => (round.cpu / round.rows) * 1e6
const faster = (line: LineId, ...against: readonly Caller[]): Promised => ({
  ...{ line, against, of: rowsPerSecond },
})

const everyone: readonly Caller[] = [...paired, ...others]
const withNatives: readonly Caller[] = [...everyone, ...natives]

const kinds: readonly Kind[] = [
  {
    ...{ form: 'get', title: 'one row by key', callers: withNatives, hasChart: true },
    promised: [
      faster('getKysely', kysely),
      faster('getPostgres', postgres),
      { line: 'getCpu', against: [pg], of: cpuPerCall },
    ],
  },
  {
    ...{ form: 'rows', title: '20 rows by range', callers: withNatives, hasChart: true },
    promised: [faster('rowsPg', pg), faster('rowsPostgres', postgres)],
  },
  { form: 'count', title: 'a count' },
  {
    ...{ form: 'create', title: 'creating a row', hasChart: true },
    promised: [faster('createKysely', kysely)],
  },
  { form: 'update', title: 'updating a row by key', promised: [faster('updateKysely', kysely)] },
  {
    ...{ form: 'page', title: 'a page of 20 rows with two relations', hasChart: true },
    promised: [faster('pageFastest', ...peers)],
  },
]

/** What was measured of a kind; ours comes first. */
interface Found {
  readonly kind: Kind
  readonly series: readonly Series<Caller>[]
}

/** Small queries, one after the other and 10 at once. */
export function smallQueries(context: Context): Plan {
  const { calls } = context.sizes
  const seconds = kinds.flatMap(({ callers = everyone }) =>
    present(context, callers).map((caller) => roundsOf(context, caller) * (0.8 + calls / caller.speed)),
  )
  return {
    id: 'small',
    seconds: 2 * sum(seconds),
    run: async () => [await measured(context, 1), await measured(context, 10)],
  }
}

const roundsOf = ({ sizes }: Context, caller: Caller) => (paired.includes(caller) ? sizes.fewRepeats : 1)

async function measured(context: Context, atOnce: number): Promise<Section> {
  const { calls, parents } = context.sizes
  const tableRows = context.tables.find(({ name }) => name === 'mixed')?.rows ?? 0
  const found: Found[] = []
  for (const kind of kinds) {
    const { form, title, callers = everyone } = kind
    context.say(`small queries, ${atOnce} at once: ${title}`)
    const limit = form === 'page' ? Math.ceil(calls / 5) : calls
    const task = taskFor(context, 'mixed', { limit, atOnce, tableRows, parents })
    const rounds = (caller: Caller) => roundsOf(context, caller)
    const series = await interleave(present(context, callers), rounds, (caller) =>
      measureAll(context, { ...caller, form }, task, limit),
    )
    found.push({ kind, series })
  }
  return {
    id: `small-${atOnce}`,
    title: atOnce === 1 ? 'Small queries, one after the other' : `Small queries, ${atOnce} at once`,
    note:
      `${count(calls)} calls of each kind after a warm-up, a fifth of that for pages, on ${atOnce === 1 ? 'one connection' : `${atOnce} connections`}. ` +
      'The ratio is how much longer it takes than sluice. Clients in other languages are the limit, where they are there; ' +
      'libpq has a thread for each connection.',
    head: ['', '', 'calls/s', 'ratio', 'CPU µs per call'],
    rows: found.flatMap(({ kind, series }) => series.map((one) => row(kind, one, series[0]))),
    charts: atOnce === 1 ? [] : found.filter(({ kind }) => kind.hasChart).map(chart),
    findings: atOnce === 1 ? [] : found.flatMap(findings),
    data: found.map(({ kind: { form }, series }) => ({ form, series })),
    missing: found.flatMap(({ series }) => failures(series)),
  }
}

function row({ title }: Kind, one: Series<Caller>, base: Series<Caller> | undefined): string[] {
  return [
    title,
    one.contender.name,
    count(median(figures(one, rowsPerSecond))),
    ratio(pairedRatio(byRound(base, wall), byRound(one, wall))),
    count(median(figures(one, cpuPerCall))),
  ]
}

function chart({ kind: { form, title }, series }: Found): BarChart {
  const heading = `Small queries, 10 at once: ${title}`
  return barChart(`small-${form}`, heading, 'calls/s, more is better', series, rowsPerSecond)
}

function findings({ kind: { promised = [] }, series }: Found): Finding[] {
  return promised.flatMap(({ line, against, of }) => {
    const peer = fastestOf(series.filter(({ contender }) => against.includes(contender)))
    if (peer === undefined) return []
    const values = pairedRatios(byRound(series[0], of), byRound(peer, of))
    return [{ line, values, ...(against.length > 1 && { against: peer.contender.name }) }]
  })
}
