import { OptionError } from '../errors.js'
import type { Model } from '../query/model.js'

/** Options of bulk writes. */
export interface BulkOptions {
  /**
   * Rows of one statement, each of which then stands for itself: a failure leaves the batches before it written.
   * Default: all rows are written in one transaction, in batches of at most 5,000.
   */
  readonly batchSize?: number
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

const MAX_INT32 = 0x7fffffff

/** @throws {@link OptionError} for an unknown option, and for a batch size that is no positive 32-bit integer. */
export function checkBulkOptions(options: BulkOptions, names: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) {
      throw new OptionError(`Unknown option "${name}". Choices: ${names.join(', ')}.`)
    }
  }
  const { batchSize } = options
  if (batchSize === undefined) return
  if (!Number.isInteger(batchSize) || batchSize < 1 || batchSize > MAX_INT32) {
    throw new OptionError(
      `batchSize must be a whole number from 1 to ${MAX_INT32}, not ${String(batchSize)}.`,
    )
  }
}
