import type { ColumnSchema } from '../../schema/table.js'
import { columnsOf } from '../columns.js'
import { change, refuseAfterCombining, refuseAfterValues, type QueryState } from '../state.js'

/** Narrows rows to some fields; the primary key is always among them. Without fields to all of them. */
export function only(state: QueryState, properties: readonly string[]): QueryState {
  refuseUnlessWhole(state, 'only')
  const { columns } = state.table
  const wanted = properties.length === 0 ? columns : columnsOf(state.table, properties)
  return narrow(state, columns, (column) => wanted.includes(column))
}

/** Leaves fields out of the rows; the primary key stays. */
export function defer(state: QueryState, properties: readonly string[]): QueryState {
  refuseUnlessWhole(state, 'defer')
  const unwanted = columnsOf(state.table, properties)
  return narrow(state, state.selection.columns, (column) => !unwanted.includes(column))
}

function refuseUnlessWhole(state: QueryState, method: string): void {
  refuseAfterValues(state, method)
  refuseAfterCombining(state, method)
}

function narrow(
  state: QueryState,
  from: readonly ColumnSchema[],
  isWanted: (column: ColumnSchema) => boolean,
): QueryState {
  const { primaryKey } = state.table
  const columns = from.filter((column) => primaryKey.includes(column.property) || isWanted(column))
  return change(state, { selection: { ...state.selection, columns } })
}
