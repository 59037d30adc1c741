import { sql, type Expression, type RawBuilder } from 'kysely'
import type { QueryState } from '../query/state.js'
import type { ColumnSchema } from '../schema/table.js'
import { compileCondition } from './compile-condition.js'
import { returning } from './compile-insert.js'
import type { Scope } from './scope.js'
import { unnestRows, type ColumnCells } from './unnest.js'

/** A column and what an update sets it to: a bound value, or an expression over the row as it was. */
export interface ColumnChange {
  readonly column: ColumnSchema
  readonly value: string | Buffer | null | Expression<unknown>
}

/** `UPDATE schema.table SET … WHERE …`. */
export function updateWhere(
  scope: Scope,
  state: QueryState,
  changes: readonly ColumnChange[],
  returns = false,
): RawBuilder<unknown> {
  const set = changes.map(({ column, value }) => sql`${sql.id(column.name)} = ${value}`)
  return sql`update ${scope.tableRef()} as ${sql.id(scope.alias)} set ${sql.join(set)}${where(scope, state)}${
    returns ? returning(scope) : sql``
  }`
}

/** `UPDATE schema.table SET … FROM unnest(…) WHERE key = …`. */
export function updateRows(
  scope: Scope,
  key: readonly ColumnCells[],
  columns: readonly ColumnCells[],
): RawBuilder<unknown> {
  const { from, values } = unnestRows(scope, [...key, ...columns])
  const set = columns.map(({ column }, index) => sql`${sql.id(column.name)} = ${values[key.length + index]}`)
  const match = key.map(({ column }, index) => sql`${scope.columnRef(column)} = ${values[index]}`)
  return sql`update ${scope.tableRef()} as ${sql.id(scope.alias)} set ${sql.join(set)} from ${from} where ${sql.join(
    match,
    sql` and `,
  )}`
}

/** `DELETE FROM schema.table WHERE …`. */
export function deleteWhere(scope: Scope, state: QueryState): RawBuilder<unknown> {
  return sql`delete from ${scope.tableRef()} as ${sql.id(scope.alias)}${where(scope, state)}`
}

function where(scope: Scope, state: QueryState): RawBuilder<unknown> {
  const conditions = state.conditions.map((condition) => compileCondition(scope, condition))
  return conditions.length === 0 ? sql`` : sql` where ${sql.join(conditions, sql` and `)}`
}
