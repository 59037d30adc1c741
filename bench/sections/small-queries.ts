import { measureAll, present, taskFor, type Context } from '../context.js'
import { sum } from '../estimate.js'
import { byRound, failures, figures, interleave, rowsPerSecond, wall } from '../interleave.js'
import type { Finding, LineId } from '../must-hold.js'
import { count, ratio, type Plan, type Section } from '../section.js'
import { median, pairedRatio } from '../statistics.js'

const callers = [
  { name: 'sluice', module: 'our-calls.js' },
  { name: 'pg', module: 'calls-pg.mjs' },
  { name: 'Kysely', module: 'calls-kysely.mjs' },
  { name: 'postgres.js', module: 'calls-postgres.mjs' },
] as const

interface Kind {
  readonly form: string
  readonly title: string
  /** What must hold of 10 at once, and against whom. */
  readonly line?: { readonly id: LineId; readonly against: (typeof callers)[number]['name'] }
}

const kinds: readonly Kind[] = [
  { form: 'get', title: 'one row by key', line: { id: 'getKysely', against: 'Kysely' } },
  { form: 'rows', title: '20 rows by range', line: { id: 'rowsPg', against: 'pg' } },
  { form: 'count', title: 'a count' },
  { form: 'create', title: 'creating a row', line: { id: 'createKysely', against: 'Kysely' } },
  { form: 'update', title: 'updating a row by key', line: { id: 'updateKysely', against: 'Kysely' } },
  { form: 'page', title: 'a page of 20 rows with two relations' },
]

/** Small queries, one after the other and 10 at once. */
export function smallQueries(context: Context): Plan {
  const chosen = present(context, callers)
  const { calls, fewRepeats } = context.sizes
  const each = fewRepeats * chosen.length * (0.8 + calls / 4000)
  return {
    id: 'small',
    seconds: sum(kinds.flatMap(() => [each, each])),
    run: async () => [await measured(context, 1), await measured(context, 10)],
  }
}

async function measured(context: Context, atOnce: number): Promise<Section> {
  const { calls, fewRepeats, parents } = context.sizes
  const chosen = present(context, callers)
  const rows: string[][] = []
  const findings: Finding[] = []
  const missing: string[] = []
  const data: unknown[] = []
  const tableRows = context.tables.find(({ name }) => name === 'mixed')?.rows ?? 0
  for (const { form, title, line } of kinds) {
    context.say(`small queries, ${atOnce} at once: ${title}`)
    const limit = form === 'page' ? Math.ceil(calls / 5) : calls
    const task = taskFor(context, 'mixed', { limit, atOnce, tableRows, parents })
    const series = await interleave(chosen, fewRepeats, (entrant) =>
      measureAll(context, { ...entrant, form }, task, limit),
    )
    const base = byRound(series[0], wall)
    for (const one of series) {
      const cpu = median(figures(one, (round) => (round.cpu / round.rows) * 1e6))
      rows.push([
        title,
        one.contender.name,
        count(median(figures(one, rowsPerSecond))),
        ratio(pairedRatio(base, byRound(one, wall))),
        count(cpu),
      ])
    }
    const peer = byRound(
      series.find(({ contender }) => contender.name === line?.against),
      wall,
    )
    if (line !== undefined && atOnce > 1 && peer.length > 0)
      findings.push({ line: line.id, values: base.map((own, round) => (peer[round] ?? NaN) / (own ?? NaN)) })
    data.push({ form, series })
    missing.push(...failures(series))
  }
  return {
    id: `small-${atOnce}`,
    title: atOnce === 1 ? 'Small queries, one after the other' : `Small queries, ${atOnce} at once`,
    note:
      `${count(calls)} calls of each kind after a warm-up, a fifth of that for pages, on ${atOnce === 1 ? 'one connection' : `${atOnce} connections`}. ` +
      'The ratio is how much longer it takes than sluice.',
    head: ['', '', 'calls/s', 'ratio', 'CPU µs per call'],
    rows,
    charts: [],
    findings,
    data,
    missing,
  }
}
