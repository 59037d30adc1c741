import { sql } from 'kysely'
import type { ColumnSchema } from '../schema/table.js'
import { baseType, hasConversion, isOfExtension, type TypeSchema } from '../schema/type.js'
import { isObject } from '../types/base-type.js'
import { readingOf } from '../types/base-types.js'
import { isBuiltIn } from '../types/type-oids.js'
import type { Sql } from './compile.js'
import type { Scope } from './scope.js'

/** A type's name for a cast. A bare name that is no built-in type is looked up in the search_path. */
export function typeName(scope: Scope, type: TypeSchema): Sql {
  if (typeof type === 'string') {
    return isBuiltIn(type) ? sql`${sql.id('pg_catalog', type)}` : sql`${sql.id(type)}`
  }
  if (type.kind === 'converted') return typeName(scope, type.type)
  if (type.kind === 'array') return sql`${typeName(scope, type.element)}[]`
  return isOfExtension(type) ? sql`${sql.id(type.schema, type.name)}` : scope.nameOf(type)
}

/** What a type is compared as: the server has no operators for a domain over an enum, but has them for the enum. */
export function comparableType(type: TypeSchema): TypeSchema {
  const base = baseType(type)
  return typeof base !== 'string' && base.kind === 'enum' ? base : type
}

/** A value of a type, as comparisons and aggregates take it. */
export function comparableValue(scope: Scope, value: Sql, type: TypeSchema): Sql {
  const comparable = comparableType(type)
  return comparable === type ? value : sql`cast(${value} as ${typeName(scope, comparable)})`
}

/** A column, as comparisons and aggregates take it. */
export function comparableRef(scope: Scope, column: ColumnSchema): Sql {
  return comparableValue(scope, scope.columnRef(column), column.type)
}

/**
 * A column as free-hand SQL selects it, whose values are read by OID alone. What that would cut, or has already made
 * into arrays and ranges of other values, goes as text, which the column's codec reads.
 */
export function freeHandColumn(ref: Sql, column: ColumnSchema): Sql {
  return travelsAsText(column.type) ? sql`cast(${ref} as "pg_catalog"."text")` : ref
}

/** Whether free-hand SQL reads values of a type as their text. */
export function travelsAsText(type: TypeSchema): boolean {
  const base = baseType(type)
  if (typeof base === 'string' || base.kind !== 'converted') return hasConversion(base)
  // A Date, which has no microseconds, is no longer what the server sent.
  return isObject(readingOf(base.type))
}
