import type { ColumnSchema } from '../../schema/table.js'

/** One key of ORDER BY. */
export interface Ordering {
  readonly column: ColumnSchema
  readonly descending: boolean
  /** Where NULLs come. Default, as PostgreSQL sorts them: last ascending, first descending. */
  readonly nulls?: 'first' | 'last'
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
  return order.map(({ column, descending, nulls }) => {
    const turned = { column, descending: !descending }
    return nulls === undefined ? turned : { ...turned, nulls: nulls === 'first' ? 'last' : 'first' }
  })
}
