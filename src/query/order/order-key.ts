import { FieldError } from '../../errors.js'
import type { ColumnSchema, TableSchema } from '../../schema/table.js'
import { columnOf, findColumn } from '../columns.js'
import { describe } from '../../types/describe.js'
import { qualifiedName } from '../../schema/qualified-name.js'

/** One key of ORDER BY; NULLs sort as PostgreSQL sorts them: last ascending, first descending. */
export interface Ordering {
  readonly column: ColumnSchema
  readonly descending: boolean
}

/** A field, descending with a minus before it; one whose own name begins with a minus is found by that. */
export function parseOrderKey(table: TableSchema, key: unknown): Ordering {
  if (typeof key !== 'string') {
    throw new FieldError(
      `orderBy of ${qualifiedName(table)} takes field names such as "-createdAt", not ${describe(key)}.`,
    )
  }
  const exact = findColumn(table, key)
  if (exact !== undefined) return ascending(exact)
  return { column: columnOf(table, key.replace(/^-/, '')), descending: key.startsWith('-') }
}

export function ascending(column: ColumnSchema): Ordering {
  return { column, descending: false }
}

/** The columns of an order. */
export function sortedBy(order: readonly Ordering[]): ColumnSchema[] {
  return order.map(({ column }) => column)
}

/** The order turned around. */
export function opposite(order: readonly Ordering[]): Ordering[] {
  return order.map((key) => ({ ...key, descending: !key.descending }))
}
