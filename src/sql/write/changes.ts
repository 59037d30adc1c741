import { sql, type OperationNode } from 'kysely'
import type { Cell } from '../../query/assignment.js'
import type { ColumnSchema } from '../../schema/table.js'
import type { Operand } from '../../shape/operand.js'
import type { Sql } from '../compile.js'
import { compileExpression } from '../expression/free-hand-expression.js'
import type { Scope } from '../scope.js'

/** A column of a row and its value. */
export interface RowCell {
  readonly column: ColumnSchema
  readonly cell: Operand<Cell>
}

/** A column and what an update sets it to: a value, or an expression over the row as it was. */
export type ColumnChange =
  | RowCell
  | { readonly column: ColumnSchema; readonly value: ColumnSchema }
  | { readonly column: ColumnSchema; readonly expression: OperationNode }

/** `a = …, b = …`. */
export function setClause(scope: Scope, changes: readonly ColumnChange[]): Sql {
  const set = changes.map((change) => sql`${sql.id(change.column.name)} = ${newValue(scope, change)}`)
  return sql.join(set)
}

function newValue(scope: Scope, change: ColumnChange) {
  if ('cell' in change) return change.cell
  return 'value' in change ? scope.columnRef(change.value) : compileExpression(scope, change.expression)
}
