import { sql, type RawBuilder } from 'kysely'
import { isConversion } from '../schema/conversion.js'
import type { ColumnSchema } from '../schema/table.js'
import { baseType, type TypeSchema } from '../schema/type.js'

/**
 * A column as free-hand SQL selects it, whose values are read by OID alone. What that would cut, or has already made
 * into arrays and ranges of other values, goes as text, which the column's codec reads.
 */
export function freeHandColumn(ref: RawBuilder<unknown>, column: ColumnSchema): RawBuilder<unknown> {
  return travelsAsText(column.type) ? sql`cast(${ref} as "pg_catalog"."text")` : ref
}

function travelsAsText(type: TypeSchema): boolean {
  const base = baseType(type)
  if (typeof base === 'string') return base === 'timestamptz as string'
  switch (base.kind) {
    case 'array':
      return isConverted(base.element)
    case 'range':
      return isConverted(base.subtype)
    case 'multirange':
      return isConverted(base.range.subtype)
    default:
      return false
  }
}

function isConverted(type: TypeSchema): boolean {
  const base = baseType(type)
  return typeof base === 'string' ? isConversion(base) : travelsAsText(base)
}
