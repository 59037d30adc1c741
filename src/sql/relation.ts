import { sql } from 'kysely'
import { columnsOf } from '../query/columns.js'
import type { ColumnSchema } from '../schema/table.js'
import type { Sql } from './compile.js'
import { comparableRef } from './cast.js'
import { equal, type Compared } from './operator.js'
import type { Scope } from './scope.js'

/** Columns by their properties, to be compared. */
export function refs(scope: Scope, properties: readonly string[]): Compared[] {
  return columnsOf(scope.table, properties).map((column) => compared(scope, column))
}

/** A column, to be compared. */
export function compared(scope: Scope, column: ColumnSchema): Compared {
  return { ref: comparableRef(scope, column), type: column.type }
}

/** `a1 = b1 AND a2 = b2`. */
export function pairs(left: readonly Compared[], right: readonly Compared[]): Sql<boolean> {
  const conditions = left.map((each, index) => equal(each, right[index] ?? each))
  return sql<boolean>`${sql.join(conditions, sql` and `)}`
}
