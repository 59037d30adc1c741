import { sql, type RawBuilder } from 'kysely'
import type { ColumnSchema } from '../schema/table.js'
import { baseType, hasConversion, type TypeSchema } from '../schema/type.js'
import { isObject } from '../types/base-type.js'
import { readingOf } from '../types/base-types.js'

/**
 * A column as free-hand SQL selects it, whose values are read by OID alone. What that would cut, or has already made
 * into arrays and ranges of other values, goes as text, which the column's codec reads.
 */
export function freeHandColumn(ref: RawBuilder<unknown>, column: ColumnSchema): RawBuilder<unknown> {
  return travelsAsText(column.type) ? sql`cast(${ref} as "pg_catalog"."text")` : ref
}

function travelsAsText(type: TypeSchema): boolean {
  const base = baseType(type)
  if (typeof base === 'string' || base.kind !== 'converted') return hasConversion(base)
  // A Date, which has no microseconds, is no longer what the server sent.
  return isObject(readingOf(base.type))
}
