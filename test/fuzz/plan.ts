import { Dice } from '../stress/dice.js'
import { mostRowsOf, type Source } from '../stress/sources.js'
import { mischiefOf, type Mischief } from './mischief.js'

export const operations = [
  ...(['aiterator', 'prefetch', 'stock', 'toArray', 'count', 'free-hand'] as const),
  ...(['create', 'bulkCreate', 'update', 'transaction'] as const),
] as const
/** `iterator` blocks its thread, and is tried in a process of its own. */
export type Operation = (typeof operations)[number] | 'iterator'

/** What is done, and what is done to its bytes. */
export interface Plan {
  readonly number: number
  readonly operation: Operation
  readonly source: Source
  /** Rows that there are to read, or to write. */
  readonly rows: number
  readonly chunkSize: number | undefined
  readonly batchYieldSize: number | undefined
  /** Undefined: nothing. */
  readonly mischief: Mischief | undefined
}

/** The same for the same seed and number. */
export function planOf(seed: number, number: number, isSync: boolean): Plan {
  const dice = new Dice(seed, number)
  const operation = isSync ? 'iterator' : dice.pick(...operations)
  const source = sourceOf(operation, dice)
  const isWrite = operation === 'bulkCreate'
  return {
    ...{ number, operation, source },
    rows: isWrite ? 1 + dice.below(40) : dice.below(Math.min(dice.pick(30, 400, 1100), mostRowsOf(source))),
    chunkSize: dice.pick(undefined, undefined, 1 + dice.below(20), 100, 500),
    batchYieldSize: dice.chance(0.3) ? 1 + dice.below(50) : undefined,
    mischief: dice.chance(0.04) ? undefined : mischiefOf(dice),
  }
}

function sourceOf(operation: Operation, dice: Dice): Source {
  if (operation === 'prefetch') return 'shelves'
  const isStream = operation === 'aiterator' || operation === 'iterator' || operation === 'toArray'
  return isStream ? dice.pick<Source>('numbers', 'numbers', 'books', 'shelves') : 'numbers'
}
