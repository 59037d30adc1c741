import type { ColumnRow } from './columns.js'
import { type Place, placeOf } from './place.js'
import type { RelationRow } from './relations.js'
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
 * be it through other views. Views may go round in a circle, since CREATE OR REPLACE lets them: nothing is certain of what
 * cannot be read.
 */
export function nullRefusal({
  relations,
  columns,
  viewColumns,
  types,
}: Known): (column: ColumnRow) => boolean {
  const kinds = new Map(relations.map(({ oid, kind }) => [oid, kind]))
  const byPlace = new Map(columns.map((column) => [placeOf(column), column]))
  const origins = new Map(viewColumns.map((column) => [placeOf(column), column.origin]))
  const isHeld = (place: Place): boolean => {
    const column = byPlace.get(placeOf(place))
    return column !== undefined && (column.not_null || types.refusesNull(column.type))
  }

  return (column) => {
    // Nobody checks what a foreign table holds, so that it proves nothing of a view.
    if (kinds.get(column.relation) === 'foreign table') return isHeld(column)
    const passed = new Set<string>()
    let place: Place | undefined = column
    while (place !== undefined && !passed.has(placeOf(place))) {
      const kind = kinds.get(place.relation)
      if (kind === 'table' || kind === 'partitioned table') return isHeld(place)
      if (kind !== 'view') return false
      passed.add(placeOf(place))
      place = origins.get(placeOf(place))
    }
    return false
  }
}
