import type { ColumnRow } from './columns.js'
import { type Place, placeOf } from './place.js'
import type { RelationRow } from './relations.js'
import { tableOrigins } from './table-origins.js'
import type { TypeResolver } from './type-resolver.js'
import type { ViewColumn } from './view-columns.js'

/** What is known of a catalog's columns. */
export interface Known {
  readonly relations: readonly RelationRow[]
  readonly columns: readonly ColumnRow[]
  readonly viewColumns: readonly ViewColumn[]
  readonly types: TypeResolver
}

/**
 * Tells of a column whether it is certain to hold no nulls. Of a view, that is so only of a column that is one of a table,
 * be it through other views.
 */
export function nullRefusal({
  relations,
  columns,
  viewColumns,
  types,
}: Known): (column: ColumnRow) => boolean {
  const foreign = new Set(relations.flatMap(({ oid, kind }) => (kind === 'foreign table' ? [oid] : [])))
  const byPlace = new Map(columns.map((column) => [placeOf(column), column]))
  const originOf = tableOrigins(
    relations,
    viewColumns.filter(({ mayBeNull }) => !mayBeNull),
  )
  const isHeld = (place: Place): boolean => {
    const column = byPlace.get(placeOf(place))
    return column !== undefined && (column.not_null || types.refusesNull(column.type))
  }

  return (column) => {
    // Nobody checks what a foreign table holds, so that it proves nothing of a view.
    const place = foreign.has(column.relation) ? column : originOf(column)
    return place !== undefined && isHeld(place)
  }
}
