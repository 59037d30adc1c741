import { type Place, placeOf } from './place.js'
import type { RelationRow } from './relations.js'
import type { ViewColumn } from './view-columns.js'

/**
 * Tells which column of a table a column is: itself, or of a view the one that it shows, be it through other views. Views
 * may go round in a circle, since CREATE OR REPLACE lets them: nothing is certain of what cannot be read.
 */
export function tableOrigins(
  relations: readonly RelationRow[],
  viewColumns: readonly ViewColumn[],
): (column: Place) => Place | undefined {
  const kinds = new Map(relations.map(({ oid, kind }) => [oid, kind]))
  const origins = new Map(viewColumns.map((column) => [placeOf(column), column.origin]))
  return (column) => {
    const passed = new Set<string>()
    let place: Place | undefined = column
    while (place !== undefined && !passed.has(placeOf(place))) {
      const kind = kinds.get(place.relation)
      if (kind === 'table' || kind === 'partitioned table') return place
      if (kind !== 'view') return undefined
      passed.add(placeOf(place))
      place = origins.get(placeOf(place))
    }
    return undefined
  }
}
