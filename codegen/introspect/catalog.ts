import type { TableKind } from '../../src/schema/table.js'
import type { CompositeTypeSchema, EnumTypeSchema, TypeSchema } from '../../src/schema/type.js'

/** What the generator knows of a database: plain data in a fixed order, the same for the same schema. */
export interface Catalog {
  /** By schema and name. */
  readonly tables: readonly CatalogTable[]
  /** The enums that columns use, by schema and name. */
  readonly enums: readonly Described<EnumTypeSchema>[]
  /** The composite types that columns use, by schema and name. */
  readonly composites: readonly Described<CompositeTypeSchema>[]
  /** Relations that get no repository. */
  readonly skipped: readonly Skipped[]
}

export interface CatalogTable {
  readonly schema: string
  readonly name: string
  readonly kind: TableKind
  readonly comment: string | undefined
  /** In the order of `pg_attribute.attnum`. */
  readonly columns: readonly CatalogColumn[]
  /** Column names in key order; empty without a primary key. */
  readonly primaryKey: readonly string[]
  /** Other total unique keys on plain columns. */
  readonly uniqueKeys: readonly (readonly string[])[]
  readonly foreignKeys: readonly CatalogForeignKey[]
}

export interface CatalogColumn {
  readonly name: string
  readonly type: TypeSchema
  readonly comment: string | undefined
  readonly nullable: boolean
  /** Of its own or of its domain. */
  readonly hasDefault: boolean
  readonly identity: 'always' | 'by default' | undefined
  readonly generated: 'stored' | 'virtual' | undefined
}

export interface CatalogForeignKey {
  readonly name: string
  readonly comment: string | undefined
  /** False for a key that is NOT VALID or NOT ENFORCED: rows may refer to none. */
  readonly holds: boolean
  readonly columns: readonly string[]
  readonly references: {
    readonly schema: string
    readonly table: string
    readonly columns: readonly string[]
  }
}

export interface Described<Type> {
  readonly type: Type
  readonly comment: string | undefined
}

export interface Skipped {
  readonly schema: string
  readonly name: string
  readonly reason: string
}
