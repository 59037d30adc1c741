import { barChart } from '../charts/chart.js'
import { entrants, oneByOne, type Entrant } from '../contender-list.js'
import { measureAll, present, taskFor, type Context } from '../context.js'
import { readSeconds, sum } from '../estimate.js'
import { byRound, failures, figures, interleave, wall } from '../interleave.js'
import { milliseconds, ratio, type Plan } from '../section.js'
import { median, pairedRatio, pairedRatios } from '../statistics.js'

/** Large enough that fetching it takes a while: a timer shorter than 20 ms says little. */
const chunkSize = 10_000

/** In milliseconds. */
const shortestTimer = 20

/** What a consumer as slow as the fetch costs: little more than itself, where rows are read ahead. */
export function slowConsumer(context: Context): Plan {
  const { slowRows, fewRepeats } = context.sizes
  const chosen = present<Entrant>(context, [
    entrants.batches,
    oneByOne,
    entrants.pgCursor,
    entrants.postgresCursor,
  ])
  const chunks = Math.ceil(slowRows / chunkSize)
  return {
    id: 'slow-consumer',
    seconds: 3 * fewRepeats * sum(chosen.map((entrant) => readSeconds(entrant, slowRows))),
    run: async () => {
      const task = taskFor(context, 'mixed', { chunkSize, batchSize: chunkSize, limit: slowRows })
      const run = (entrant: Entrant, timer?: number) => {
        context.say(`slow consumer: ${entrant.name}`)
        return measureAll(context, entrant, timer === undefined ? task : { ...task, timer }, slowRows)
      }
      const plain = await interleave(chosen, fewRepeats, (entrant) => run(entrant))
      const fetchTime = (entrant: Entrant) =>
        median(
          figures(
            plain.find(({ contender }) => contender === entrant),
            wall,
          ),
        ) / chunks
      // Both of ours get the same timer: what a fetch takes when nothing else goes on meanwhile.
      const timerFor = (entrant: Entrant) =>
        Math.ceil(Math.max(shortestTimer, fetchTime(entrant === entrants.batches ? oneByOne : entrant)))
      const slow = await interleave(chosen, fewRepeats, (entrant) => run(entrant, timerFor(entrant)))
      const walls = (entrant: Entrant) =>
        byRound(
          slow.find(({ contender }) => contender === entrant),
          wall,
        )
      return {
        id: 'slow-consumer',
        title: 'A consumer as slow as the fetch',
        note:
          `${chunks} chunks of 10,000 rows of "mixed", and a timer after each, as long as fetching a chunk takes ` +
          '(at least 20 ms). "Without read-ahead" is the same loop with nothing changed but that the next chunk is asked ' +
          'for when the consumer comes for it; the ratio is the wall time against that.',
        head: ['', 'fetch ms', 'timer ms', 'wall without timers ms', 'wall ms', 'ratio'],
        rows: slow.map((each, index) => [
          each.contender.name,
          milliseconds(fetchTime(each.contender)),
          String(timerFor(each.contender)),
          median(figures(plain[index], wall)).toFixed(0),
          median(figures(each, wall)).toFixed(0),
          ratio(pairedRatio(byRound(each, wall), walls(oneByOne))),
        ]),
        charts: [
          barChart(
            'slow-consumer',
            'A consumer as slow as the fetch',
            'wall time in ms, less is better; the peers have timers of their own fetch time',
            slow,
            wall,
          ),
        ],
        findings: [{ line: 'readAhead', values: pairedRatios(walls(entrants.batches), walls(oneByOne)) }],
        data: { plain, slow },
        missing: [...failures(plain), ...failures(slow)],
      }
    },
  }
}
