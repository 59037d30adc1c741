import type { Qualified } from './qualified-name.js'
import type { TypeSchema } from './type.js'

/** What kind of relation a {@link TableSchema} describes. Only the first three take writes; the last is what a function gives. */
export type TableKind =
  'table' | 'partitioned table' | 'foreign table' | 'view' | 'materialized view' | 'function'

/** A table or view as plain data: the generator writes one per table, and everything at run time reads it. */
export interface TableSchema extends Qualified {
  /** A table, a view, or another of its kind. */
  readonly kind: TableKind
  /** In the order of `pg_attribute.attnum`. */
  readonly columns: readonly ColumnSchema[]
  /** Properties of the primary key's columns, in key order; empty when there is none. */
  readonly primaryKey: readonly string[]
  /** The other unique keys: constraints and total unique indexes on plain columns, each in key order. */
  readonly uniqueKeys: readonly (readonly string[])[]
  /** The unique indexes that an insert can meet rows by, those of constraints included. Default: none are known. */
  readonly uniqueIndexes?: readonly UniqueIndexSchema[]
  /** Its own: those of other tables that refer to it are theirs. */
  readonly foreignKeys: readonly ForeignKeySchema[]
  /** Relations in both directions. */
  readonly relations?: readonly RelationSchema[]
}

/** One column: `property` is its key in TypeScript rows, `name` its name in SQL. */
export interface ColumnSchema {
  /** Its key in rows. */
  readonly property: string
  /** Its name in SQL. */
  readonly name: string
  /** Its PostgreSQL type, and how it is read. */
  readonly type: TypeSchema
  /** It may be NULL. */
  readonly nullable: boolean
  /** The column may be left out of an insert: it has a default, an identity, or is nullable. */
  readonly optional: boolean
  /** Set for columns that the server alone fills: GENERATED ALWAYS AS IDENTITY and generated columns. */
  readonly generated?: 'identity' | 'stored' | 'virtual'
  /** Values that are given stand in place of those of a GENERATED ALWAYS AS IDENTITY: OVERRIDING SYSTEM VALUE. Default: `false`. */
  readonly overrides?: boolean
}

/** A unique index, by the name that a constraint shares with its own. */
export interface UniqueIndexSchema {
  readonly name: string
  /** In key order: properties of columns, and expressions as the server writes them. */
  readonly keys: readonly (string | { readonly sql: string })[]
  /** The condition of the rows that it is of, as the server writes it. Default: it is of all. */
  readonly predicate?: string
}

/** A foreign key: `columns` are properties of this table, `references.columns` properties of the other. */
export interface ForeignKeySchema {
  /** The constraint's name. */
  readonly name: string
  /** Properties of this table. */
  readonly columns: readonly string[]
  /** What they refer to: `columns` are properties of that table. */
  readonly references: {
    readonly schema: string
    readonly table: string
    readonly columns: readonly string[]
  }
}

/** A relation between two tables, made from a foreign key: plain data, by which joins and prefetches are written. */
export interface RelationSchema {
  /** Its property in rows and filters. */
  readonly name: string
  /** Whether it leads to at most one row or to any number. */
  readonly kind: 'one' | 'many'
  /** For `one`: whether there may be no row. */
  readonly nullable: boolean
  /** The related table's qualified name. */
  readonly target: string
  /** Properties of this table, pairwise equal to `targetColumns`; of the link table's `columns` with `through`. */
  readonly columns: readonly string[]
  /** Properties of the related table. */
  readonly targetColumns: readonly string[]
  /** The link table of a many-to-many relation. */
  readonly through?: ThroughSchema
}

/** A pure link table: `columns` equal this table's columns, `targetColumns` the related table's. */
export interface ThroughSchema {
  /** Its qualified name. */
  readonly table: string
  /** Properties of the link table. */
  readonly columns: readonly string[]
  /** Properties of the link table, pairwise equal to the related table's. */
  readonly targetColumns: readonly string[]
}
