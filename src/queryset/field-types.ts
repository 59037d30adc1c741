import type { Model } from '../query/model.js'

/** A column of the table, by its property. */
export type Field<M extends Model> = keyof M['row'] & string

/** A key of `orderBy`: a field, descending with a minus before it. */
export type OrderKey<M extends Model> = Field<M> | `-${Field<M>}`

/** The rows of `valuesList`: a tuple of the fields' types. */
export type ValuesTuple<M extends Model, Fields extends readonly Field<M>[]> = {
  [Index in keyof Fields]: M['row'][Fields[Index]]
}

/** The SQL of a queryset. */
export interface CompiledSQL {
  readonly sql: string
  /** In PostgreSQL's text input syntax, or bytes. */
  readonly parameters: readonly unknown[]
}

/** A queryset by its rows, on whatever table. */
export interface QuerySetOf<R> extends AsyncIterable<R> {
  toArray(): Promise<R[]>
  first(): Promise<R | null>
  toSQL(): CompiledSQL
}
