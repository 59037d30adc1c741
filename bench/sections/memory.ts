import { entrants, isOurs, type Entrant } from '../contender-list.js'
import { measureAll, present, taskFor, type Context } from '../context.js'
import { readSeconds, sum } from '../estimate.js'
import { byRound, failures, figures, interleave, peak } from '../interleave.js'
import type { Finding } from '../must-hold.js'
import { count, megabytes, type Plan } from '../section.js'
import { median } from '../statistics.js'

/** A whole result of more rows does not fit into a process. */
const mostWhole = 1_000_000

/** Peak memory against the number of rows. */
export function memoryByCount(context: Context): Plan {
  const { counts, fewRepeats, rows: all } = context.sizes
  const { batches, rows, syncRows, array, pgCursor, kysely, pgResult } = entrants
  const chosen = present<Entrant>(context, [batches, rows, syncRows, array, pgCursor, kysely, pgResult])
  const runs = chosen
    .flatMap((entrant) => counts.map((limit) => ({ name: entrant.name, entrant, limit })))
    .filter(({ entrant, limit }) => entrant.kind === 'stream' || limit <= mostWhole)
  // Something is promised of our streams only.
  const repeats = ({ entrant }: { entrant: Entrant }) =>
    isOurs(entrant) && entrant.kind === 'stream' ? fewRepeats : 1
  return {
    id: 'memory',
    seconds: sum(runs.map((each) => repeats(each) * readSeconds(each.entrant, each.limit))),
    run: async () => {
      const series = await interleave(runs, repeats, ({ entrant, limit }) => {
        context.say(`memory with ${count(limit)} rows: ${entrant.name}`)
        const { columns } = taskFor(context, 'mixed')
        const [table, property] = limit > all ? ['mixed_thrice', 'mixedThrice'] : ['mixed', 'mixed']
        return measureAll(context, entrant, taskFor(context, table, { property, columns, limit }), limit)
      })
      const find = (entrant: Entrant, limit: number) =>
        series.find(({ contender }) => contender.entrant === entrant && contender.limit === limit)
      const middle = (entrant: Entrant, limit: number) => median(figures(find(entrant, limit), peak))
      const [first = 0, last = 0] = [counts[0], counts.at(-1)]
      const growth = (entrant: Entrant) => {
        const before = byRound(find(entrant, first), peak)
        return byRound(find(entrant, last), peak).flatMap((after, round) => {
          const least = before[round]
          return after === undefined || least === undefined ? [] : [(after - least) / 1e6]
        })
      }
      const findings: Finding[] = [
        { line: 'growthBatches', values: growth(batches) },
        { line: 'growthRows', values: growth(rows) },
        { line: 'growthSync', values: growth(syncRows) },
      ]
      const range = `${count(first)} to ${count(last)}`
      return {
        id: 'memory',
        title: 'Peak memory by number of rows, MB',
        note: 'The high-water mark of the whole process, rows of "mixed", chunk size 2,000.',
        head: ['', ...counts.map(count), 'growth'],
        rows: chosen.map((entrant) => [
          entrant.name,
          ...counts.map((limit) => megabytes(middle(entrant, limit))),
          megabytes(median(growth(entrant)) * 1e6),
        ]),
        charts: [
          {
            kind: 'lines',
            name: 'memory-by-count',
            title: 'Peak memory by number of rows read',
            unit: 'MB of the whole process, less is better',
            axis: 'rows',
            lines: chosen.map((entrant) => ({
              label: entrant.name,
              ours: isOurs(entrant),
              points: counts.map((limit) => ({ x: limit, y: middle(entrant, limit) / 1e6 })),
            })),
          },
        ],
        findings: findings.map((finding) => ({ ...finding, against: range })),
        data: series,
        missing: failures(series),
      }
    },
  }
}
