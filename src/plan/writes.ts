import type { FunctionCall, QueryState } from '../query/state.js'
import { initialState } from '../query/state.js'
import { objectShape } from '../rows/shape.js'
import { knownRowReader, type RowReader } from '../rows/row-reader.js'
import { selectionReader } from '../rows/statement-readers.js'
import { compute } from '../sql/expression/compute.js'
import { compileSql, type Sql } from '../sql/compile.js'
import { callProcedure } from '../sql/call.js'
import { Scope } from '../sql/scope.js'
import type { ColumnChange, RowCell } from '../sql/write/changes.js'
import { insertRow, type InsertEnd } from '../sql/write/insert.js'
import { deleteWhere, updateWhere } from '../sql/write/update.js'
import { codecFor } from '../types/codec-for.js'

/** One row to insert. */
export interface Insertion {
  readonly state: QueryState
  readonly row: readonly RowCell[]
  readonly conflict: InsertEnd['conflict']
}

/** `INSERT … VALUES … RETURNING …`. */
export function insertPlan({ state, row, conflict }: Insertion) {
  return {
    query: writing(state, (scope) => insertRow(scope, row, { conflict, returning: true })),
    reader: wholeRows(state),
  }
}

/** Rows to change, and how. */
export interface Changes {
  readonly state: QueryState
  readonly changes: readonly ColumnChange[]
}

/** `UPDATE … SET … WHERE …`. */
export function updatePlan({ state, changes }: Changes) {
  return { query: writing(state, (scope) => updateWhere(scope, state, changes)) }
}

/** `UPDATE … SET … WHERE … RETURNING …`. */
export function updateReturningPlan({ state, changes }: Changes) {
  return {
    query: writing(state, (scope) => updateWhere(scope, state, changes, true)),
    reader: wholeRows(state),
  }
}

/** `DELETE FROM … WHERE …`. */
export function deletePlan(state: QueryState) {
  return { query: writing(state, (scope) => deleteWhere(scope, state)) }
}

/** A procedure to call; its state has what it puts out. */
export interface ProcedureCall {
  readonly state: QueryState
  readonly call: FunctionCall
}

/** `CALL …`. */
export function procedurePlan({ state, call }: ProcedureCall) {
  return {
    query: writing(state, (scope) => callProcedure(scope, call)),
    reader: selectionReader(initialState(state.table, state.schemas)),
  }
}

/** A statement that writes to the table of a queryset. */
export function writing({ table, schemas }: QueryState, build: (scope: Scope) => Sql) {
  return compileSql(build(Scope.target(table, schemas, { compute })))
}

/** What a write returns of a table without columns: RETURNING takes no empty list, so that it is a number. */
const EMPTY_ROWS: RowReader = knownRowReader([{ label: '1', codec: codecFor('int4') }], objectShape([]))

/** Reads what RETURNING gives back: every column of the table in its order. */
export function wholeRows({ table, schemas }: QueryState): RowReader {
  return table.columns.length === 0 ? EMPTY_ROWS : selectionReader(initialState(table, schemas))
}
