import { entrants, type Entrant } from '../contender-list.js'
import { measureAll, present, taskFor, type Context } from '../context.js'
import { figures, interleave, type Series } from '../interleave.js'
import type { Measurement } from '../measure.js'
import { ratio, type Section } from '../section.js'
import { median } from '../statistics.js'

/** Large enough that fetching it takes a while: a timer shorter than 20 ms says little. */
const chunkSize = 10_000

/** In milliseconds. */
const shortestTimer = 20

/** What a consumer as slow as the fetch costs: nothing more than itself, where rows are read ahead. */
export async function slowConsumer(context: Context): Promise<Section> {
  const { rows, fewRepeats } = context.sizes
  const chosen = present<Entrant>(context, [entrants.batches, entrants.pgCursor, entrants.postgresCursor])
  const task = taskFor(context, 'mixed', { chunkSize, batchSize: chunkSize })
  const run = (entrant: Entrant, timer?: number) => {
    context.say(`slow consumer: ${entrant.name}`)
    return measureAll(context, entrant, timer === undefined ? task : { ...task, timer }, rows)
  }
  const plain = await interleave(chosen, fewRepeats, (entrant) => run(entrant))
  const timers = new Map(
    plain.map((each) => [each.contender, Math.max(shortestTimer, fetchTime(each, rows))] as const),
  )
  const slow = await interleave(chosen, fewRepeats, (entrant) => run(entrant, timers.get(entrant)))
  return {
    id: 'slow-consumer',
    title: 'A consumer as slow as the fetch',
    note:
      'A timer after each chunk of 10,000 rows, as long as fetching that chunk takes this contender (at least 20 ms). ' +
      '"One after the other" is the time without timers and the timers added up: what it takes without read-ahead.',
    head: ['', 'timer ms', 'without timers ms', 'one after the other ms', 'wall ms', 'ratio'],
    rows: chosen.map((entrant, index) => {
      const alone = median(walls(plain[index]))
      const wall = median(walls(slow[index]))
      const waited = median(slow[index] ? figures(slow[index], ({ timers: n }) => n) : [])
      const timer = timers.get(entrant) ?? NaN
      const sum = alone + waited * timer
      return [
        entrant.name,
        timer.toFixed(1),
        ...[alone, sum, wall].map((ms) => ms.toFixed(0)),
        ratio(wall / sum),
      ]
    }),
    charts: [],
    data: { plain, slow },
    missing: [...plain, ...slow].flatMap(({ failure }) => (failure === undefined ? [] : [failure])),
  }
}

function walls(series: Series<Entrant> | undefined): number[] {
  return series === undefined ? [] : figures(series, ({ wall }: Measurement) => wall)
}

function fetchTime(series: Series<Entrant>, rows: number): number {
  return median(walls(series)) / Math.ceil(rows / chunkSize)
}
