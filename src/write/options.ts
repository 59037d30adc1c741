import { abortSignal, anything, flag, size, type OptionChecks } from '../options.js'
import type { Model } from '../query/model.js'

/** Options of bulk writes. */
export interface BulkOptions {
  /**
   * Rows of one statement, each of which then stands for itself: a failure leaves the batches before it written.
   * Default: all rows are written in one transaction, in batches of at most 5,000; the first that `bulkCreate` takes from
   * an iterable is of 1,000.
   */
  readonly batchSize?: number
  /** Calls it off, also while the next row is waited for: what is in one transaction is rolled back, batches that stand for themselves stay. */
  readonly signal?: AbortSignal
}

/** `bulkCreate` that fails when a row's unique key is taken. */
export interface RefuseConflicts extends BulkOptions {
  readonly ignoreConflicts?: false
  readonly updateConflicts?: false
}

/** `bulkCreate` that passes over rows whose unique key is taken: ON CONFLICT DO NOTHING. */
export interface IgnoreConflicts extends BulkOptions {
  readonly ignoreConflicts: true
  readonly updateConflicts?: false
}

/** `bulkCreate` that updates rows whose unique key is there already: ON CONFLICT DO UPDATE. */
export interface UpdateConflicts<M extends Model> extends BulkOptions {
  readonly updateConflicts: true
  readonly ignoreConflicts?: false
  /** The fields that such a row gets from the new one. */
  readonly updateFields: readonly (keyof M['update'] & string)[]
  /** The fields of the unique key that decides whether a row is there. */
  readonly uniqueFields: readonly (keyof M['row'] & string)[]
}

/** The options of every form of `bulkCreate`, as they arrive. */
export interface BulkCreateOptions extends BulkOptions {
  readonly ignoreConflicts?: boolean
  readonly updateConflicts?: boolean
  readonly updateFields?: readonly string[]
  readonly uniqueFields?: readonly string[]
}

export const BULK_CHECKS: OptionChecks<BulkOptions> = { batchSize: size, signal: abortSignal }
export const BULK_CREATE_CHECKS: OptionChecks<BulkCreateOptions> = {
  ...BULK_CHECKS,
  ignoreConflicts: flag,
  updateConflicts: flag,
  updateFields: anything,
  uniqueFields: anything,
}
