import { anything, flag, size, abortSignal, type OptionChecks } from '../../options.js'
import type { FilterArgument, Model } from '../../query/model.js'
import type { BulkOptions, UpsertValues } from '../options.js'

/** What becomes of rows of the table, some or all of them. */
export type MergeAction<M extends Model> =
  | 'delete'
  | 'nothing'
  | { readonly where?: FilterArgument<M>; readonly then: 'delete' | 'nothing' }
  | {
      readonly where?: FilterArgument<M>
      readonly then?: 'update'
      /** The fields that a row gets from the one that is given. */
      readonly updateFields?: readonly (keyof M['update'] & string)[]
      /** What else it gets. */
      readonly updateValues?: UpsertValues<M>
    }

/** What becomes of rows that are given; `where` is a filter of these. */
export type MergeInsert<M extends Model> =
  'insert' | 'nothing' | { readonly where?: FilterArgument<M>; readonly then: 'insert' | 'nothing' }

/** What `merge` does: of several clauses the first whose `where` holds. */
export interface MergeOptions<M extends Model> extends BulkOptions {
  /** The fields by which a row that is given and one of the table are the same. NULL is the same as nothing. */
  readonly on: readonly (keyof M['row'] & string)[]
  /** Of rows that both have. Default: nothing. */
  readonly whenMatched?: MergeAction<M> | readonly MergeAction<M>[]
  /** Of rows that only the given ones are. Default: nothing. */
  readonly whenNotMatched?: MergeInsert<M> | readonly MergeInsert<M>[]
  /** Of rows that only the table has. It needs an array, all of whose rows give the same fields. PostgreSQL 17. Default: nothing. */
  readonly whenNotMatchedBySource?: MergeAction<M> | readonly MergeAction<M>[]
  /** Only the number of rows that were written comes back. */
  readonly outcomes?: false
}

/** `merge` that gives the rows that it wrote. PostgreSQL 17. */
export interface MergeWithOutcomes<M extends Model> extends Omit<MergeOptions<M>, 'outcomes'> {
  /** The rows that were written come back, by what became of them. */
  readonly outcomes: true
}

/** The rows that `merge` wrote, as they are, or were, in the table. */
export interface MergeOutcomes<Row> {
  /** The rows that were inserted. */
  readonly inserted: Row[]
  /** The rows that were updated, as they are now. */
  readonly updated: Row[]
  /** The rows that were deleted, as they were. */
  readonly deleted: Row[]
}

/** A row to merge: some fields, also such as the server fills by which rows are found. */
export type MergedRow<M extends Model> = Partial<M['insert']> & Partial<Omit<M['row'], keyof M['insert']>>

/** The options as they arrive. */
export interface GivenMergeOptions extends BulkOptions {
  readonly on?: unknown
  readonly whenMatched?: unknown
  readonly whenNotMatched?: unknown
  readonly whenNotMatchedBySource?: unknown
  readonly outcomes?: boolean
}

export const MERGE_CHECKS: OptionChecks<GivenMergeOptions> = {
  batchSize: size,
  signal: abortSignal,
  on: anything,
  whenMatched: anything,
  whenNotMatched: anything,
  whenNotMatchedBySource: anything,
  outcomes: flag,
}
