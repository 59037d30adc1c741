import type { CallOptions } from '../../kysely/abortable.js'
import type { Model } from '../../query/model.js'

/** A column of the table, by its property. */
export type Field<M extends Model> = keyof M['row'] & string

/** A key of `orderBy`: a field, descending with a minus before it. */
export type OrderKey<M extends Model> = Field<M> | `-${Field<M>}`

/** Fields whose values a Map can be asked for: no objects, which it tells apart by identity. */
export type KeyField<M extends Model> = {
  [F in keyof M['row'] & string]: NonNullable<M['row'][F]> extends string | number | bigint | boolean
    ? F
    : never
}[keyof M['row'] & string]

/** The values of a field without NULL; unknown on an unknown table. */
export type KeyOf<M extends Model, F extends keyof M['row']> = PropertyKey extends M['key']
  ? unknown
  : NonNullable<M['row'][F]>

/** The primary key if it is one field; `never` if it is several or there is none. */
export type SoleKey<M extends Model> = IsUnion<M['key']> extends true ? never : Extract<M['key'], KeyField<M>>

/** What `inBulk` takes to go by the primary key: keys, or nothing for all rows. */
export type BulkKeys<M extends Model> = [SoleKey<M>] extends [never]
  ? [keys: never]
  : [] | [options: CallOptions] | [keys: readonly KeyOf<M, SoleKey<M>>[], options?: CallOptions]

/** Whether a type is a union; `never` is none. */
export type IsUnion<T, Whole = T> = [T] extends [never]
  ? false
  : T extends unknown
    ? [Whole] extends [T]
      ? false
      : true
    : never

/** The SQL of a queryset. */
export interface CompiledSQL {
  /** The text, with `$1` and on for its parameters. */
  readonly sql: string
  /** In PostgreSQL's text input syntax, or bytes. */
  readonly parameters: readonly unknown[]
}

/** A queryset by its rows, on whatever table. */
export interface QuerySetOf<R> extends AsyncIterable<R> {
  /** All rows. */
  toArray(): Promise<R[]>
  /** The first row, or null. */
  first(): Promise<R | null>
  /** The statement that would be sent. */
  toSQL(): CompiledSQL
}
