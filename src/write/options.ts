import type { Expression, ExpressionBuilder } from 'kysely'
import { abortSignal, anything, flag, size, type OptionChecks } from '../options.js'
import type { Expressed } from '../query/expression/expression-types.js'
import type { FilterArgument, Model, OwnTable, TablesOf } from '../query/model.js'

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
  /** A row whose unique key is taken fails the write. */
  readonly ignoreConflicts?: false
  /** A row whose unique key is taken fails the write. */
  readonly updateConflicts?: false
}

/** By what rows are told to be there already: the fields of a unique key, or the name of a unique index. */
export type UniqueTarget<M extends Model> =
  | {
      /** The fields of the unique key, and the expressions of its index: `['tenantId', lower('email')]`. */
      readonly uniqueFields: readonly ((keyof M['row'] & string) | Expressed)[]
      /**
       * Which rows a partial index is of, `{ deletedAt: null }`: its condition, or one that it follows from. Values are
       * written into the statement, since the planner proves it by constants alone.
       */
      readonly uniqueWhere?: FilterArgument<M>
      readonly uniqueIndex?: undefined
    }
  | {
      /** The index of a constraint, a partial one, or one of expressions, by its name. */
      readonly uniqueIndex: UniqueIndexName<M>
      readonly uniqueFields?: undefined
      readonly uniqueWhere?: undefined
    }

type UniqueIndexName<M extends Model> = M extends { readonly uniqueIndexes: infer Name extends string }
  ? Name
  : string

/** `bulkCreate` that passes over rows that are in the way of others: ON CONFLICT DO NOTHING. */
export interface IgnoreEveryConflict extends BulkOptions {
  readonly ignoreConflicts: true
  readonly updateConflicts?: false
  readonly outcomes?: false
}

/** The same for rows of one unique key; what else is in the way is an error. */
export type IgnoreConflicts<M extends Model> = IgnoreEveryConflict & (NoTarget | UniqueTarget<M>)

interface NoTarget {
  readonly uniqueFields?: undefined
  readonly uniqueWhere?: undefined
  readonly uniqueIndex?: undefined
}

/** What a row gets that is there already, by values of both rows: the new one's are `excluded('price')`. */
export type UpsertValues<M extends Model> = [M['update']] extends [never]
  ? never
  : { readonly [Field in keyof M['update']]?: M['update'][Field] | Expressed | UpsertExpression<M> }

/** The same by Kysely's expression builder: `(eb) => eb('stock', '+', eb.ref('excluded.stock'))`. */
export type UpsertExpression<M extends Model> = (
  eb: ExpressionBuilder<TablesOf<M> & { excluded: M['columns'] }, OwnTable<M> | 'excluded'>,
) => Expression<unknown>

interface Updates<M extends Model> extends BulkOptions {
  readonly updateConflicts: true
  readonly ignoreConflicts?: false
  /** The fields that such a row gets from the new one. */
  readonly updateFields?: readonly (keyof M['update'] & string)[]
  /** What else it gets. */
  readonly updateValues?: UpsertValues<M>
}

/** `bulkCreate` that updates rows that are there already: ON CONFLICT DO UPDATE. */
export type UpdateConflicts<M extends Model> = Updates<M> &
  UniqueTarget<M> & { readonly updateWhere?: undefined; readonly outcomes?: false }

/** The same for some of them, which others are left as they are: ON CONFLICT DO UPDATE … WHERE. */
export type UpdateSomeConflicts<M extends Model> = Updates<M> &
  UniqueTarget<M> & {
    /** Which rows are updated: a filter of those that are there, in which `excluded` is the new row. */
    readonly updateWhere: FilterArgument<M>
    readonly outcomes?: false
  }

/** `bulkCreate` that tells what became of each row. */
export type WithOutcomes<M extends Model> = (
  | (BulkOptions & { readonly ignoreConflicts: true; readonly updateConflicts?: false })
  | (Updates<M> & { readonly updateWhere?: FilterArgument<M> | undefined })
) &
  UniqueTarget<M> & { readonly outcomes: true }

/** The options of every form of `bulkCreate`, as they arrive. */
export interface BulkCreateOptions extends BulkOptions {
  readonly ignoreConflicts?: boolean
  readonly updateConflicts?: boolean
  readonly updateFields?: readonly string[]
  readonly updateValues?: unknown
  readonly updateWhere?: unknown
  readonly uniqueFields?: readonly unknown[]
  readonly uniqueIndex?: string
  readonly uniqueWhere?: unknown
  readonly outcomes?: boolean
}

export const BULK_CHECKS: OptionChecks<BulkOptions> = { batchSize: size, signal: abortSignal }
export const BULK_CREATE_CHECKS: OptionChecks<BulkCreateOptions> = {
  ...BULK_CHECKS,
  ignoreConflicts: flag,
  updateConflicts: flag,
  updateFields: anything,
  updateValues: anything,
  updateWhere: anything,
  uniqueFields: anything,
  uniqueIndex: anything,
  uniqueWhere: anything,
  outcomes: flag,
}
