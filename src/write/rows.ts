import type { CallOptions } from '../kysely/abortable.js'
import type { Model } from '../query/model.js'

/** Rows to insert, all of them at hand; `never` for views. */
export type NewRows<M extends Model> = [M['insert']] extends [never] ? never : readonly M['insert'][]

/** Rows to insert, one after the other: no array, of which the rows come back. */
export type NewRowStream<M extends Model> = [M['insert']] extends [never]
  ? never
  : (Iterable<M['insert']> | AsyncIterable<M['insert']>) & { readonly length?: never }

/** A row to update: its primary key and the fields that are set. Other properties do no harm. */
export type ChangedRow<M extends Model, F extends keyof M['update']> = Pick<
  M['row'],
  M['key'] & keyof M['row']
> & { readonly [Field in F]-?: Exclude<M['update'][Field], undefined> }

/** What a new row gets beside the lookup's values: required where the lookup leaves out what an insert needs. */
export type Defaults<M extends Model, L> =
  object extends Omit<M['insert'], keyof L>
    ? [defaults?: Partial<M['insert']>]
    : [defaults: Omit<M['insert'], keyof L> & Partial<M['insert']>]

/** What a new row gets in place of what an existing one is given: whatever the lookup leaves out that an insert needs. */
export interface CreateDefaults<M extends Model, L> extends CallOptions {
  /** What a new row gets beside the values of the lookup. */
  readonly createDefaults: Omit<M['insert'], keyof L> & Partial<M['insert']>
}
