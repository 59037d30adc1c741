import { getEventListeners } from 'node:events'
import { QueryError, UsageError } from '../../src/index.js'
import { sqlStateOf } from '../../src/pg/database-error.js'
import { BrokenPromise, kindOf, promise } from './failures.js'
import type { Outcome } from './run.js'
import { hasBadRows, RELATIONS } from './sources.js'
import { GOOD_ROWS } from './tables.js'
import { countUp } from './tally.js'

/** Compares how a stream went with what was promised. */
export function check(outcome: Outcome): void {
  const { aborter, error, plan, tally } = outcome
  const { seen } = outcome.delivered
  promise(getEventListeners(aborter.signal, 'abort').length === 0, 'The signal has listeners.')
  tally.streams++
  tally.rows += seen
  countUp(tally.ends, plan.end)
  if (error === undefined) return checkGood(outcome)
  if (error instanceof BrokenPromise) throw error

  const kind = kindOf(error)
  if (kind !== 'left' && kind !== 'aborted') countUp(tally.errors, kind)
  if (kind === 'left') promise(plan.end === 'throw', 'Nobody threw.', error)
  else if (kind === 'aborted') promise(aborter.signal.aborted, 'Nobody aborted.', error)
  else if (kind === 'lost') tally.losses++
  else if (kind === '57014') tally.cancelled += aborter.signal.aborted ? 0 : 1
  else if (kind === '22012')
    promise(plan.source === 'failing' && hasBadRows(plan.source, plan.rows), 'An error for nothing.', error)
  else throw new BrokenPromise('An error that nothing calls for.', { cause: error })

  promise(!hasBadRows(plan.source, plan.rows) || seen <= GOOD_ROWS, 'Rows that there are not.', error)
  if (!outcome.isBodys && kind !== 'left' && kind !== 'aborted') checkError(outcome, error)
}

function checkGood({ aborter, delivered: { seen }, plan, queries }: Outcome): void {
  const { chunkSize, end, rows, source, via } = plan
  const left = (end === 'break' || end === 'return') && seen >= plan.at
  promise(left || seen === rows, `The loop ended without an error after ${seen} rows.`)
  promise(end !== 'abort before' || aborter.signal.aborted === false, 'It was aborted before it began.')
  if (left || via !== 'own' || chunkSize === undefined || queries === undefined) return
  const expected = 1 + RELATIONS[source] * Math.ceil(rows / chunkSize)
  promise(queries === expected, `There were ${queries} queries instead of ${expected}.`)
}

/** What a queryset's error carries. */
function checkError({ delivered: { seen }, plan }: Outcome, error: unknown): void {
  const { source, via } = plan
  if (via === 'stock' || via === 'insert') return
  // In a transaction it may be another query that failed, or met the failure first.
  if (via !== 'own' && !(error instanceof QueryError)) {
    const isExplained =
      error instanceof UsageError || sqlStateOf(error) !== undefined || kindOf(error) === 'lost'
    return promise(isExplained, 'An error that explains nothing.', error)
  }
  promise(error instanceof QueryError, 'An error that is not a QueryError.', error)
  const tables =
    source === 'shelves' ? ['public.shelves', 'public.books', 'public.rooms'] : [`public.${source}`]
  promise(tables.includes(error.table ?? ''), `The table is ${error.table}.`, error)
  promise(/^select /i.test(error.sql), `The SQL is ${error.sql}.`, error)
  promise(error.sqlState === sqlStateOf(error.cause), `The SQLSTATE is ${error.sqlState}.`, error)
  promise(error.rowsDelivered === seen, `${error.rowsDelivered} rows delivered instead of ${seen}.`, error)
}
