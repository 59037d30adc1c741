import type { Expressed } from './expression/expression-types.js'
import type { ExpressionCallback } from './filter/filter-types.js'

/**
 * The types of one table, as the generator writes them: what a queryset's generics are looked up in. Types only;
 * nothing of it exists at run time.
 */
export interface Model {
  /** The table's name in free-hand Kysely: `users`, or `schema.users` outside the default schema. */
  readonly name: string
  /** A full row: every column by its property. */
  readonly row: object
  /** Properties of the primary key, as a union; `never` without one. */
  readonly key: PropertyKey
  /** What `filter` takes. */
  readonly filter: object
  /** What an insert takes; `never` for views. */
  readonly insert: object
  /** What an update takes; `never` for views. */
  readonly update: object
  /** The table in Kysely's terms: column names as in SQL. */
  readonly columns: object
  /** Relations by name: {@link ToOne} or {@link ToMany}. */
  readonly relations?: object
}

/** A relation to at most one row; `Nullable` is true when there may be none. */
export interface ToOne<M extends Model, Nullable extends boolean> {
  readonly kind: 'one'
  readonly model: M
  readonly nullable: Nullable
}

/** A relation to any number of rows. */
export interface ToMany<M extends Model> {
  readonly kind: 'many'
  readonly model: M
}

/** A condition on a table: an object by property, or a callback with Kysely's expression builder. */
export type FilterArgument<M extends Model> =
  M['filter'] | Expressed | ExpressionCallback<{ readonly [Name in M['name']]: M['columns'] }>
