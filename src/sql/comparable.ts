import { sql, type RawBuilder } from 'kysely'
import type { ColumnSchema } from '../schema/table.js'
import { baseType, type TypeSchema } from '../schema/type.js'
import type { Scope } from './scope.js'
import { typeName } from './type-name.js'

/** What a type is compared as: the server has no operators for a domain over an enum, but has them for the enum. */
export function comparableType(type: TypeSchema): TypeSchema {
  const base = baseType(type)
  return typeof base !== 'string' && base.kind === 'enum' ? base : type
}

/** A value of a type, as comparisons and aggregates take it. */
export function comparableValue(value: RawBuilder<unknown>, type: TypeSchema): RawBuilder<unknown> {
  const comparable = comparableType(type)
  return comparable === type ? value : sql`cast(${value} as ${typeName(comparable)})`
}

/** A column, as comparisons and aggregates take it. */
export function comparableRef(scope: Scope, column: ColumnSchema): RawBuilder<unknown> {
  return comparableValue(scope.columnRef(column), column.type)
}
