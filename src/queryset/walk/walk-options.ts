import type { Transaction } from 'kysely'
import type { KyselyHandle } from '../../kysely/handle.js'
import { heldRetry, type HeldRetry, type RetrySettings } from '../../connection/retry.js'
import { OptionError } from '../../errors.js'
import {
  abortSignal,
  anything,
  callback,
  checkOptions,
  flag,
  milliseconds,
  size,
  type OptionCheck,
  type OptionChecks,
} from '../../options.js'
import { DEFAULT_BATCH_SIZE } from '../resumable.js'
import { WalkStore } from './store.js'
import { heldThrottle, type HeldThrottle, type Throttle } from './throttle.js'
import type { WalkEvent } from './walk-event.js'

/** What the function of a walk is given beside its rows. */
export interface WalkContext<DB> {
  /** The transaction that the checkpoint is saved in: what is written by it takes effect with that, or not at all. */
  readonly trx: Transaction<DB>
  /** What the walk goes on behind once the transaction is committed. */
  readonly checkpoint: string
}

/** What `onFailedRow` is given beside its row. */
export interface FailedRowContext<DB> extends WalkContext<DB> {
  /** What the function has thrown for it. */
  readonly error: unknown
}

/** Options of {@link QuerySet.walk}. */
export interface WalkOptions<R, DB> {
  /** By which it is found again: one walk in its store. */
  readonly name: string
  /** Where it keeps how far it is: `walkStore(db)`, of the same database. */
  readonly store: WalkStore
  /** How many rows a batch has, and so a transaction; only the last may have fewer. Default 1,000. */
  readonly batchSize?: number
  /** Stops it between two batches: the one under way is done and saved, and the promise resolves with `interrupted`. */
  readonly signal?: AbortSignal
  /**
   * Gives way before a batch as long as replicas lag or a function says so. A function alone is `{ when }`. Default: never.
   */
  readonly throttle?: Throttle
  /**
   * Runs a batch again that has failed, in a new transaction, whatever it failed by: three times by `{}`. Default: never.
   */
  readonly retry?: RetrySettings
  /**
   * Whether a batch that goes on failing is halved until the row is found that it fails on, what comes before it being done
   * and saved. Not for a connection that is lost and its like, which no row is to blame for. Default false.
   */
  readonly halve?: boolean
  /**
   * Called for a row that was found by halving, which is done if it is not given, in a transaction of its own: what it
   * returns from is counted as skipped, and passed over; what it throws ends the walk. Default: the walk ends by a
   * {@link WalkError}.
   */
  readonly onFailedRow?: (row: R, context: FailedRowContext<DB>) => unknown
  /** How far the walk is, as it goes: see {@link WalkEvent}. What it throws ends the walk. */
  readonly onEvent?: (event: WalkEvent) => void
  /**
   * How long others take the walk for alive when nothing is heard of it, in milliseconds, while it is not in the midst of a
   * batch: the longest time until it is taken over. Default 30,000.
   */
  readonly leaseMs?: number
  /** How long to wait for a walk that is under way elsewhere, in milliseconds. Default: not at all. */
  readonly waitMs?: number
}

/** What a walk has come to. */
export interface WalkResult {
  /** `interrupted` by its signal; to be gone on with by the same call. */
  readonly outcome: 'completed' | 'interrupted'
  /** Rows that are done, those that were left out included, of all runs together. */
  readonly rows: number
  /** Batches that are done. */
  readonly batches: number
  /** Rows that `onFailedRow` has let it leave out. */
  readonly skipped: number
  /** What it would go on behind. */
  readonly checkpoint: string
}

/** Options, checked, with their defaults. */
export interface HeldWalkOptions {
  readonly name: string
  readonly store: WalkStore
  readonly batchSize: number
  readonly signal: AbortSignal | undefined
  readonly throttle: HeldThrottle | undefined
  readonly retry: HeldRetry
  readonly halve: boolean
  readonly onFailedRow:
    | ((row: unknown, context: { trx: KyselyHandle; checkpoint: string; error: unknown }) => unknown)
    | undefined
  readonly onEvent: ((event: WalkEvent) => void) | undefined
  readonly leaseMs: number
  readonly waitMs: number
}

const aName: OptionCheck = (value) =>
  typeof value === 'string' && value !== '' ? undefined : 'must be a text that is not empty'
const aStore: OptionCheck = (value) =>
  value instanceof WalkStore ? undefined : 'must be a store, as walkStore(db) gives it'

const CHECKS: OptionChecks<WalkOptions<unknown, never>> = {
  name: aName,
  store: aStore,
  batchSize: size,
  signal: abortSignal,
  throttle: anything,
  retry: anything,
  halve: flag,
  onFailedRow: callback,
  onEvent: callback,
  leaseMs: milliseconds,
  waitMs: milliseconds,
}

/** @throws {@link OptionError} */
export function heldWalkOptions(given: WalkOptions<unknown, never>): HeldWalkOptions {
  const { name, store, retry, throttle, ...others } = checkOptions(given, CHECKS, 'walk')
  for (const [option, check] of Object.entries({ name: aName, store: aStore })) {
    const problem = check(given[option as 'name' | 'store'])
    if (problem !== undefined) throw new OptionError(`The option ${option} of walk() ${problem}.`)
  }
  const { onFailedRow, halve = onFailedRow !== undefined } = others
  if (onFailedRow !== undefined && !halve)
    throw new OptionError('walk() has onFailedRow, which goes by halving, and halve: false.')
  return {
    ...{ name, store, halve },
    // What rows and transactions are of does not matter to what hands them on.
    onFailedRow: onFailedRow as unknown as HeldWalkOptions['onFailedRow'],
    batchSize: others.batchSize ?? DEFAULT_BATCH_SIZE,
    signal: others.signal,
    throttle: throttle === undefined ? undefined : heldThrottle(throttle),
    retry: heldRetry(retry),
    onEvent: others.onEvent,
    leaseMs: others.leaseMs ?? 30_000,
    waitMs: others.waitMs ?? 0,
  }
}
