import { Delivered } from './delivered.js'
import { ABORTED, BrokenPromise, kindOf, LEFT, promise } from './failures.js'
import { check } from './check.js'
import type { Database, SyncRows } from '../../src/index.js'
import type { Plan } from './plan.js'
import type { Outcome } from './run.js'
import { firstRows, isRow } from './sources.js'
import { Numbered, type StressTables } from './tables.js'
import { countUp, type Tally } from './tally.js'

const TRIES = 1000

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

/** Runs one stream of `iterator()`, and asks something afterwards. */
export function runSyncFate(db: Database<StressTables>, tally: Tally, plan: Plan): void {
  const outcome: Mutable<Outcome> = {
    ...{ plan, tally, aborter: new AbortController(), delivered: new Delivered(plan) },
    ...{ queries: undefined, error: undefined, isBodys: false },
  }
  if (plan.end === 'abort before') outcome.aborter.abort(ABORTED)
  try {
    try {
      consume(db, outcome)
    } catch (error) {
      outcome.error = error
    }
    check(outcome)
    answer(db, tally, plan.number)
  } catch (error) {
    const { seen } = outcome.delivered
    const message = error instanceof Error ? error.message : String(error)
    throw new BrokenPromise(`${message} ${JSON.stringify(plan)}, ${seen} rows`, { cause: error })
  }
}

function consume(db: Database<StressTables>, outcome: Mutable<Outcome>): void {
  const { aborter, plan } = outcome
  const { batchYieldSize, chunkSize, source } = plan
  const rows = firstRows(db, source, plan.rows).iterator({
    signal: aborter.signal,
    ...(chunkSize !== undefined && { chunkSize }),
    ...(batchYieldSize !== undefined && { batchYieldSize }),
  })
  const take = taker(db, outcome)
  if (plan.consumer === 'hand') return byHand(rows, take)
  for (const item of rows) if (take(item) === 'leave') break
}

function byHand(rows: SyncRows<object>, take: (item: object) => 'leave' | undefined): void {
  try {
    for (let step = rows.next(); step.done !== true; step = rows.next()) {
      let leaves: 'leave' | undefined
      try {
        leaves = take(step.value)
      } catch (error) {
        rows.throw(error)
      }
      if (leaves === undefined) continue
      rows.return()
      rows.return()
      return
    }
  } finally {
    promise(rows.next().done === true, 'There are rows after the end.')
  }
}

/** The loop's body, which reads by other iterators now and then. */
function taker(db: Database<StressTables>, outcome: Mutable<Outcome>): (item: object) => 'leave' | undefined {
  const { aborter, delivered, plan, tally } = outcome
  let isOver = false
  return (item) => {
    try {
      const before = delivered.seen
      delivered.look(item)
      if ((before + plan.number) % 300 === 0) answer(db, tally, plan.number + before)
      if (isOver || delivered.seen < plan.at) return undefined
      isOver = true
      if (plan.end === 'break' || plan.end === 'return') return 'leave'
      if (plan.end === 'throw') throw LEFT
      if (plan.end === 'abort') aborter.abort(ABORTED)
      if (plan.end === 'kill') tally.cuts += meet(db, tally, 'killing')
      if (plan.end === 'cancel') tally.cancels += meet(db, tally, 'cancelling')
      return undefined
    } catch (error) {
      outcome.isBodys = true
      throw error
    }
  }
}

/** Ends or cancels another session, whichever; how many it met. */
function meet(db: Database<StressTables>, tally: Tally, view: 'killing' | 'cancelling'): number {
  return again(tally, () => [...new Numbered(db, view).iterator()].length)
}

function answer(db: Database<StressTables>, tally: Tally, number: number): void {
  const source = number % 2 === 0 ? 'shelves' : 'numbers'
  const count = number % 50
  const rows = again(tally, () => [...firstRows(db, source, count).iterator()])
  promise(rows.length === count, `Got ${rows.length} rows instead of ${count}.`)
  rows.forEach((row, index) =>
    promise(isRow(source, index + 1, row), `Row ${index + 1}: ${JSON.stringify(row)}`),
  )
}

/** What is asked may itself be what was cut off. */
function again<T>(tally: Tally, ask: () => T): T {
  for (let tried = 1; ; tried++) {
    try {
      return ask()
    } catch (error) {
      const kind = kindOf(error)
      if ((kind !== 'lost' && kind !== '57014') || tried === TRIES) throw error
      countUp(tally.errors, kind)
      if (kind === 'lost') tally.losses++
      else tally.cancelled++
      block(20)
    }
  }
}

/** While this thread sleeps, the worker's goes on. */
export function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}
