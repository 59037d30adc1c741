import { entrants, type Entrant } from '../contender-list.js'
import { measureAll, present, taskFor, type Context } from '../context.js'
import { membersPerFamily } from '../dataset.js'
import { readSeconds, sum } from '../estimate.js'
import { byRound, failures, figures, interleave, overIdle, rowsPerSecond } from '../interleave.js'
import type { Task } from '../measure.js'
import { count, megabytes, milliseconds, type Plan } from '../section.js'
import { median } from '../statistics.js'

/** Rows of one fetch that are far too many. */
const manyAtOnce = 200_000

const defaults: Entrant = { ...entrants.rows, form: 'defaults' }
const families: Entrant = { ...entrants.rows, form: 'families' }

/** For how long the event loop is held by what is heavy: large rows, growing ones, many children, huge chunks. */
export function breathing(context: Context): Plan {
  const { fewRepeats, families: parents, growing, rows: mixed } = context.sizes
  const large = context.tables.find(({ name }) => name === 'large')?.rows ?? 0
  const growingRows = growing.narrow + growing.wide
  const familyRows = parents * (1 + membersPerFamily)
  const body = { columns: { id: 'int4', body: 'text' } }
  const load = (what: string, entrant: Entrant, table: string, rows: number, others: Partial<Task> = {}) => ({
    ...entrant,
    name: `${isPeer(entrant) ? 'pg-cursor' : 'sluice'}, ${what}`,
    ...{ table, rows, others },
  })
  const children = `${count(parents * membersPerFamily)} children`
  const chosen = present(context, [
    load('rows of 100 kB', defaults, 'large', large),
    load('rows of 1 B, then of 400 kB', defaults, 'growing', growingRows, body),
    load(children, families, 'families', familyRows, { chunkSize: 0 }),
    load(`${children}, chunk size 2,000`, families, 'families', familyRows),
    load(`chunk size ${count(manyAtOnce)}`, entrants.rows, 'mixed', mixed, { chunkSize: manyAtOnce }),
    load('rows of 100 kB', entrants.pgCursor, 'large', large),
    load(`chunk size ${count(manyAtOnce)}`, entrants.pgCursor, 'mixed', mixed, { chunkSize: manyAtOnce }),
  ])
  return {
    id: 'breathing',
    seconds: fewRepeats * sum(chosen.map((each) => readSeconds(each, each.rows, weightOf(each.table)))),
    run: async () => {
      const series = await interleave(chosen, fewRepeats, (each) => {
        context.say(`event loop: ${each.name}`)
        const task = taskFor(context, each.table, { ...each.others, watched: true })
        return measureAll(context, each, task, each.rows)
      })
      const ours = series.filter(({ contender }) => !isPeer(contender))
      const p99s = ours.map((each) => byRound(each, ({ delay }) => delay?.p99 ?? NaN))
      const worst = Array.from({ length: fewRepeats }, (_, round) =>
        Math.max(...p99s.map((values) => values[round] ?? NaN)),
      )
      return {
        id: 'breathing',
        title: 'A loop that breathes',
        note: 'How long other work of the process had to wait for the event loop, row by row, in milliseconds.',
        head: ['', '99 of 100 turns', 'longest', 'rows/s', 'over idle MB'],
        rows: series.map((each) => [
          each.contender.name,
          milliseconds(median(figures(each, ({ delay }) => delay?.p99 ?? NaN))),
          milliseconds(median(figures(each, ({ delay }) => delay?.max ?? NaN))),
          count(median(figures(each, rowsPerSecond))),
          megabytes(median(figures(each, overIdle))),
        ]),
        charts: [],
        findings: [{ line: 'breathing', values: worst }],
        data: series,
        missing: failures(series),
      }
    },
  }
}

const isPeer = ({ module }: Pick<Entrant, 'module'>) => module !== entrants.rows.module

const weightOf = (table: string) => (table === 'growing' ? 'large' : table)
