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
  /** All tables of the database in Kysely's terms, for what goes beyond this one; without it this is the only one. */
  readonly tables?: object
  /** Names of unique indexes, as a union. Default: none are known. */
  readonly uniqueIndexes?: string
  /** Relations by name: {@link ToOne} or {@link ToMany}. */
  readonly relations?: object
  /** Relations that were prefetched under names of their own. */
  readonly aliases?: object
  /** Where rows are groups: what these have, as a union. */
  readonly groups?: string
  /** The application's own methods of its querysets. */
  readonly methods?: object
}

/** A relation to at most one row; `Nullable` is true when there may be none. */
export interface ToOne<M extends Model, Nullable extends boolean> {
  /** At most one row. */
  readonly kind: 'one'
  /** The related table. */
  readonly model: M
  /** There may be no row. */
  readonly nullable: Nullable
}

/** A relation to any number of rows; `Fixed` is true when they cannot be without the one that they belong to. */
export interface ToMany<M extends Model, Fixed extends boolean = false> {
  /** Any number of rows. */
  readonly kind: 'many'
  /** The related table. */
  readonly model: M
  /** They cannot be without the row that they belong to. */
  readonly fixed?: Fixed
}

/** The tables that a callback, or a query of `toKysely()`, knows. */
export type TablesOf<M extends Model> = M extends { readonly tables: infer Tables extends object }
  ? Tables
  : { readonly [Name in M['name']]: M['columns'] }

/** Which of them its own columns are of. */
export type OwnTable<M extends Model> = M['name'] & keyof TablesOf<M>

/** A condition on a table: an object by property, or a callback with Kysely's expression builder. */
export type FilterArgument<M extends Model> =
  M['filter'] | Expressed | ExpressionCallback<TablesOf<M>, OwnTable<M>>
