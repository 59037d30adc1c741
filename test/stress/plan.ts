import { Dice } from './dice.js'
import { hasBadRows, mostRowsOf, type Source } from './sources.js'
import { GOOD_ROWS } from './tables.js'

/** Where a stream runs: alone, in a transaction of the caller's or of Kysely's; as stock Kysely's, as a write. */
export type Via = 'own' | 'using' | 'callback' | 'stock' | 'insert'

/** How rows are asked for: by a loop, by one that works slowly, several at once, or one by one by hand. */
export type Consumer = 'loop' | 'slow' | 'parallel' | 'hand'

/** What becomes of a stream when its row `at` is there. */
export const ends = [
  ...(['finish', 'break', 'return', 'throw', 'kill', 'cancel', 'reset'] as const),
  ...(['abort before', 'abort', 'abort during', 'abort later'] as const),
]
export type End = (typeof ends)[number]

/** The fate of one stream. */
export interface Plan {
  readonly number: number
  readonly source: Source
  readonly via: Via
  readonly consumer: Consumer
  readonly end: End
  /** Rows that there are, and the one at which it comes to its end. */
  readonly rows: number
  readonly at: number
  readonly chunkSize: number | undefined
  readonly batchYieldSize: number | undefined
  /** In a transaction: runs queries in the body, some of which fail and are rolled back to a savepoint. */
  readonly hasQueries: boolean
  readonly laterMs: number
}

export interface PlanOptions {
  readonly seed: number
  readonly number: number
  /** There is a proxy that can cut a connection. */
  readonly canReset: boolean
  /** For `iterator()`, which knows neither transactions nor parallel steps. */
  readonly isSync: boolean
}

export function planOf({ seed, number, canReset, isSync }: PlanOptions): Plan {
  const dice = new Dice(seed, number)
  const via: Via = isSync
    ? 'own'
    : dice.pick('own', 'own', 'own', 'using', 'using', 'callback', 'stock', 'insert')
  const hasSignal = via !== 'stock' && via !== 'insert'
  const source = sourceOf(dice, { hasSignal, isSync })
  const chunkSize = dice.pick(
    ...[undefined, undefined, 1 + dice.below(40), 100, 400, 600],
    ...[GOOD_ROWS - 1, GOOD_ROWS, GOOD_ROWS + 1],
  )
  const most = Math.min(
    mostRowsOf(source),
    chunkSize !== undefined && chunkSize < 100 ? 30 * chunkSize : Infinity,
  )
  const possible = ends.filter(
    (end) =>
      (hasSignal || !end.startsWith('abort')) &&
      (canReset || end !== 'reset') &&
      (!isSync || !['abort during', 'abort later'].includes(end)),
  )
  const rows = most > GOOD_ROWS && hasBadRows(source, most) ? most : dice.below(most)
  const nearChunk = (chunkSize ?? 10) * dice.below(4) + dice.pick(-1, 0, 1)
  return {
    ...{ number, via, source, chunkSize, rows },
    consumer: isSync ? dice.pick('loop', 'hand') : dice.pick('loop', 'loop', 'slow', 'parallel', 'hand'),
    end: dice.chance(0.15) ? 'finish' : dice.pick(...possible),
    at: Math.max(1, dice.pick(dice.below(rows), dice.below(rows), nearChunk)),
    batchYieldSize: hasSignal && dice.chance(0.3) ? 1 + dice.below(50) : undefined,
    hasQueries: dice.chance(0.6),
    laterMs: dice.below(30),
  }
}

function sourceOf(dice: Dice, { hasSignal, isSync }: { hasSignal: boolean; isSync: boolean }): Source {
  if (!hasSignal) return dice.pick('numbers', 'numbers', 'failing')
  const source = dice.pick<Source>('numbers', 'numbers', 'failing', 'stalling', 'shelves', 'shelves', 'books')
  // While a synchronous fetch takes a minute, nobody is there to end it.
  return isSync && source === 'stalling' ? 'numbers' : source
}
