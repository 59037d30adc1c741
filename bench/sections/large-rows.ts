import { entrants, type Entrant } from '../contender-list.js'
import { measureAll, present, taskFor, type Context } from '../context.js'
import { readSeconds, sum } from '../estimate.js'
import { failures, figures, interleave, overIdle, peak, rowsPerSecond } from '../interleave.js'
import { count, megabytes, type Plan } from '../section.js'
import { median } from '../statistics.js'

const defaults = { ...entrants.rows, name: 'sluice aiterator, no options', form: 'defaults' }
const syncDefaults = { ...entrants.syncRows, name: 'sluice iterator, no options', form: 'syncDefaults' }

/** Memory with rows of 100 kB, no options given. */
export function largeRows(context: Context): Plan {
  const rows = context.tables.find(({ name }) => name === 'large')?.rows ?? 0
  const { fewRepeats } = context.sizes
  const all: (Entrant & { readonly chunkSize?: number })[] = [
    defaults,
    syncDefaults,
    { ...entrants.rows, name: 'sluice aiterator, chunk size 100', chunkSize: 100 },
    { ...entrants.pgCursor, name: 'pg-cursor, chunk size 100', chunkSize: 100 },
  ]
  const chosen = present(context, all)
  return {
    id: 'large-rows',
    seconds: fewRepeats * sum(chosen.map((entrant) => readSeconds(entrant, rows, 'large'))),
    run: async () => {
      const series = await interleave(chosen, fewRepeats, ({ chunkSize, ...entrant }) => {
        context.say(`rows of 100 kB: ${entrant.name}`)
        const task = taskFor(context, 'large', chunkSize === undefined ? {} : { chunkSize })
        return measureAll(context, entrant, task, rows)
      })
      const overIdleOf = ({ name }: Entrant) =>
        figures(
          series.find(({ contender }) => contender.name === name),
          overIdle,
        ).map((bytes) => bytes / 1e6)
      return {
        id: 'large-rows',
        title: 'Rows of 100 kB',
        note: `${count(rows)} rows. Peer cursors have no default; one is given 100 rows.`,
        head: ['', 'rows/s', 'peak MB', 'over idle MB'],
        rows: series.map((each) => [
          each.contender.name,
          count(median(figures(each, rowsPerSecond))),
          megabytes(median(figures(each, peak))),
          megabytes(median(figures(each, overIdle))),
        ]),
        charts: [],
        findings: [
          { line: 'large', values: overIdleOf(defaults) },
          { line: 'largeSync', values: overIdleOf(syncDefaults) },
        ],
        data: series,
        missing: failures(series),
      }
    },
  }
}
