import type { OperationNode } from 'kysely'
import { version } from '../../copies.js'
import type { SchemaRegistry } from '../../schema/registry.js'
import type { TableSchema } from '../../schema/table.js'
import type { TypeSchema } from '../../schema/type.js'

/** Under this key a queryset gives itself as the operand of `in`. */
export const SUBQUERY: unique symbol = Symbol.for(`sluice.subquery@${version}`)

/** A query of one column of `T`, or of whole rows whose primary key is one: what `in` takes besides an array. */
export type Subquery<T> = SubqueryLike<T, unknown, unknown> | SubqueryLike<unknown, T, 'rows'>

/** What has a subquery to give. The type parameters are those of {@link SubqueryParts}. */
interface SubqueryLike<Value, Key, Shape> {
  [SUBQUERY](form?: 'exists' | 'array'): SubqueryParts<Value, Key, Shape>
}

/** A query within a statement: its state, of which conditions are a part themselves, and what writes it. */
export interface Subselect {
  /** How many queries further out the rows are whose values it asks for: 0 if it stands alone. */
  readonly reach: number
  readonly state: object
  /** For a statement whose tables are where `schemas` says, within the scope of the row that it is asked for. */
  readonly nodeOf: (state: object, schemas: SchemaRegistry, outer: object | undefined) => OperationNode
}

/**
 * A subquery as a part of another statement, and what its rows are in terms of types. The methods are never there:
 * as their parameters, the types of a queryset of some fields agree with those of the same queryset with more.
 */
export interface SubqueryParts<Value = unknown, Key = unknown, Shape = unknown> {
  readonly query: Subselect
  /** The type of its column. */
  readonly type: TypeSchema
  /** The same where it is that of a value of an outer row, once that row is known. */
  readonly typeIn?: (state: object) => TypeSchema
  /** The most rows that it can have, where a slice says so. */
  readonly limit?: number
  /** It has no rows, whatever the tables hold. */
  readonly none: boolean
  /** Of whole rows, which otherwise go by their primary key: the same by another of their fields. */
  readonly rows?: { readonly table: TableSchema; readonly by: (field: string) => SubqueryParts }
  value?(value: Value): void
  key?(key: Key): void
  readonly shape?: Shape
}

export function isSubquery(value: unknown): value is SubqueryLike<unknown, unknown, unknown> {
  return typeof value === 'object' && value !== null && SUBQUERY in value
}
