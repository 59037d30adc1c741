import { sql, type RawBuilder } from 'kysely'
import type { Condition } from '../query/condition.js'
import type { ColumnSchema, TableSchema } from '../schema/table.js'

/** `"table"."column"`. */
export function columnRef(table: TableSchema, column: ColumnSchema): RawBuilder<unknown> {
  return sql`${sql.id(table.name, column.name)}`
}

/** A condition as SQL; operands are bound parameters, never text. */
export function compileCondition(table: TableSchema, condition: Condition): RawBuilder<boolean> {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return junction(table, condition.kind, condition.conditions)
    case 'not':
      return sql<boolean>`(${compileCondition(table, condition.condition)}) is not true`
  }
  const ref = columnRef(table, condition.column)
  switch (condition.kind) {
    case 'isNull':
      return condition.isNull ? sql<boolean>`${ref} is null` : sql<boolean>`${ref} is not null`
    case 'compare':
      return sql<boolean>`${ref} ${sql.raw(condition.operator)} ${condition.operand}`
    case 'between':
      return sql<boolean>`${ref} between ${condition.from} and ${condition.to}`
    case 'in': {
      const { values, orNull } = condition
      const among =
        typeof values === 'string' || Buffer.isBuffer(values)
          ? sql<boolean>`${ref} = any(${values})`
          : values.length === 0
            ? sql<boolean>`false`
            : sql<boolean>`${ref} in (${sql.join(values)})`
      return orNull ? sql<boolean>`(${among} or ${ref} is null)` : among
    }
  }
}

function junction(
  table: TableSchema,
  kind: 'and' | 'or',
  conditions: readonly Condition[],
): RawBuilder<boolean> {
  if (conditions.length === 0) return sql.lit(kind === 'and')
  const parts = conditions.map((condition) => sql`(${compileCondition(table, condition)})`)
  return sql<boolean>`${sql.join(parts, sql.raw(` ${kind} `))}`
}
