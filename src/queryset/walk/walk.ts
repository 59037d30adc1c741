import { setTimeout as sleep } from 'node:timers/promises'
import { asError, PositionError, UsageError } from '../../errors.js'
import { handleOf, type Binding } from '../../kysely/handle.js'
import { behindCheckpoint, withPositions, writeCheckpoint } from '../../position/position.js'
import { scopedState } from '../../query/scoped/scoped.js'
import type { QueryState } from '../../query/state.js'
import { elapsed } from '../../real-timers.js'
import { isInTransaction } from '../../transaction/statements.js'
import { plan } from '../run.js'
import { Batches, type WalkBody } from './batches.js'
import { Claim } from './claim.js'
import type { WalkStatus } from './store.js'
import { Gate } from './throttle.js'
import { WalkError } from './walk-error.js'
import { WalkReport } from './walk-event.js'
import type { HeldWalkOptions, WalkResult } from './walk-options.js'

/** How often a walk that is under way elsewhere is asked for, in milliseconds. */
const ASK_EVERY_MS = 250

/** Of what a walk has ended by, in its store. */
const MOST_LETTERS = 1000

/** Walks in transactions, each of which saves how far the walk is. */
export async function walkByName(
  binding: Binding,
  asked: QueryState,
  options: HeldWalkOptions,
  body: WalkBody,
): Promise<WalkResult> {
  const { name, store, leaseMs } = options
  const state = scopedState(asked)
  const ordered = withPositions(state, 'walk')
  await refuseElsewhere(binding, options)
  const checkpoint = writeCheckpoint(ordered)
  const claim = new Claim(store, { name, checkpoint, estimate: await estimateOf(binding, state), leaseMs })
  const taken = await take(claim, options, ({ checkpoint }) => refuseOther(ordered, name, checkpoint))
  if (taken === undefined) {
    // It may not even have been begun.
    return resultOf(
      'interrupted',
      (await store.status(name)) ?? { rows: 0, batches: 0, skipped: 0, checkpoint },
    )
  }
  const { status, isTaken, isNew } = taken
  if (!isTaken) return resultOf('completed', status)
  const report = new WalkReport(status, options.onEvent)
  try {
    report.tell(isNew ? 'started' : 'resumed')
    const outcome = await run(
      new Batches(binding, ordered, options, { body, claim, report }),
      claim,
      options,
      report,
    )
    if (outcome === 'interrupted') await claim.release(null)
    report.tell(outcome)
    return resultOf(outcome, report.status)
  } catch (error) {
    // Where it cannot be given back, it is free when its lease is over.
    await claim.release(asError(error).message.slice(0, MOST_LETTERS)).catch(() => {})
    tellFailed(report, error)
    throw error
  }
}

/** What failed is what is thrown, whatever the listener does. */
function tellFailed(report: WalkReport, error: unknown): void {
  try {
    report.tell('failed', { error })
  } catch {
    // As above.
  }
}

async function run(
  batches: Batches,
  claim: Claim,
  { signal, throttle, store, leaseMs }: HeldWalkOptions,
  report: WalkReport,
): Promise<WalkResult['outcome']> {
  const gate = throttle && new Gate(throttle, store)
  const pause = (ms: number) => pauseFor(ms, claim, leaseMs, signal)
  for (;;) {
    for (
      let again = false;
      signal?.aborted !== true && (await gate?.isClosed(again)) === true;
      again = true
    ) {
      if (!again) report.tell('throttled')
      await pause(gate?.pauseMs ?? 0)
    }
    if (signal?.aborted === true) return 'interrupted'
    if (await batches.next(pause)) return 'completed'
  }
}

/** Waits, and keeps the walk meanwhile; no longer than until the signal is aborted. */
async function pauseFor(
  ms: number,
  claim: Claim,
  leaseMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const end = elapsed() + ms
  for (let left = ms; left > 0 && signal?.aborted !== true; left = end - elapsed()) {
    await claim.renew()
    await sleep(Math.min(left, leaseMs / 3), undefined, { ...(signal && { signal }) }).catch(() => {})
  }
}

/** Undefined where the signal has called it off before. */
async function take(
  claim: Claim,
  { signal, waitMs }: HeldWalkOptions,
  check: (status: WalkStatus) => void,
): Promise<Awaited<ReturnType<Claim['take']>> | undefined> {
  for (const end = elapsed() + waitMs; signal?.aborted !== true;) {
    try {
      return await claim.take(check)
    } catch (error) {
      const left = end - elapsed()
      if (!(error instanceof WalkError) || left <= 0) throw error
      await sleep(Math.min(ASK_EVERY_MS, left), undefined, { ...(signal && { signal }) }).catch(() => {})
    }
  }
  return undefined
}

/** @throws {@link UsageError} where what it saves would not last, or is not of the same database. */
async function refuseElsewhere(binding: Binding, { store }: HeldWalkOptions): Promise<void> {
  if (store.binding.engine !== binding.engine) {
    throw new UsageError(
      'The store of walk() is of another database: it saves how far the walk is in the transaction of each batch. Make it ' +
        'by walkStore() of the same db.',
    )
  }
  for (const each of [binding, store.binding]) {
    if (!(await isInTransaction(handleOf(each)))) continue
    throw new UsageError(
      'walk() was called inside a transaction, or with a store that is in one: it has one of its own for each batch, which ' +
        'lasts whatever comes after. Call it outside.',
    )
  }
}

function refuseOther(state: QueryState, name: string, checkpoint: string): void {
  try {
    behindCheckpoint(state, checkpoint)
  } catch (error) {
    if (!(error instanceof PositionError)) throw error
    throw new PositionError(
      `The walk "${name}" cannot go on with this queryset. ${error.message} Give it another name, or forget() it in its store.`,
      { cause: error },
    )
  }
}

/** How many rows the planner expects. */
async function estimateOf(binding: Binding, state: QueryState): Promise<number> {
  if (state.none) return 0
  const explained = await plan(binding, state, { format: 'json' })
  // As EXPLAIN has it in every version.
  const [{ Plan }] = explained as [{ Plan: { 'Plan Rows': number } }]
  return Plan['Plan Rows']
}

function resultOf(
  outcome: WalkResult['outcome'],
  { rows, batches, skipped, checkpoint }: Pick<WalkStatus, 'rows' | 'batches' | 'skipped' | 'checkpoint'>,
): WalkResult {
  return { outcome, rows, batches, skipped, checkpoint }
}
