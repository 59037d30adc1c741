import { sql } from 'kysely'
import type { Condition } from '../../query/filter/condition.js'
import type { QueryState } from '../../query/state.js'
import type { Sql } from '../compile.js'
import { comparableRef, comparableValue } from '../cast.js'
import { and, compileCondition } from '../condition.js'
import { equal } from '../operator.js'
import { setClause, type ColumnChange } from './changes.js'
import { returning } from './returning.js'
import type { Scope } from '../scope.js'
import { unnestRows, type ColumnCells } from './unnest.js'

/** `UPDATE schema.table SET … WHERE …`. */
export function updateWhere(
  scope: Scope,
  state: QueryState,
  changes: readonly ColumnChange[],
  returns = false,
): Sql {
  const end = sql`${where(scope, state)}${returning(scope, returns)}`
  return sql`update ${scope.tableRef()} set ${setClause(scope, changes)}${end}`
}

/** `UPDATE schema.table SET … FROM unnest(…) WHERE key = …`, of rows that meet a condition if there is one. */
export function updateRows(
  scope: Scope,
  key: readonly ColumnCells[],
  columns: readonly ColumnCells[],
  within?: Condition,
): Sql {
  const { from, values } = unnestRows(scope, [...key, ...columns])
  const set = columns.map(({ column }, index) => sql`${sql.id(column.name)} = ${values[key.length + index]}`)
  const match = key.map(({ column }, index) => {
    const value = comparableValue(scope, sql`${values[index]}`, column.type)
    return equal({ ref: comparableRef(scope, column), type: column.type }, { ref: value, type: column.type })
  })
  const matches = and(sql<boolean>`${sql.join(match, sql` and `)}`, scope, within)
  return sql`update ${scope.tableRef()} set ${sql.join(set)} from ${from} where ${matches}`
}

/** `DELETE FROM schema.table WHERE …`. */
export function deleteWhere(scope: Scope, state: QueryState): Sql {
  return sql`delete from ${scope.tableRef()}${where(scope, state)}`
}

function where(scope: Scope, state: QueryState): Sql {
  const conditions = state.conditions.map((condition) => compileCondition(scope, condition))
  return conditions.length === 0 ? sql`` : sql` where ${sql.join(conditions, sql` and `)}`
}
