import type { Expression, ExpressionBuilder } from 'kysely'
import { deletePlan, updatePlan } from '../plan/writes.js'
import type { ColumnChange } from '../sql/write/changes.js'
import { FieldError } from '../errors.js'
import type { Binding } from '../kysely/handle.js'
import { encodeCell, isRecord, writableColumn } from '../query/assignment.js'
import type { Model, OwnTable, TablesOf } from '../query/model.js'
import { isCallback, parseValueExpression } from '../query/filter/parse-expression.js'
import type { Expressed } from '../query/expression/expression-types.js'
import { assigned } from '../query/expression/assigned.js'
import { isExpression, type ExpressionTarget } from '../query/expression/resolve.js'
import { scoped, scopedState } from '../query/scoped/scoped.js'
import type { QueryState } from '../query/state.js'
import { refuseUnlessWritable } from '../query/writable.js'
import { Operand } from '../shape/operand.js'
import { Writer } from './writer.js'
import { qualifiedName } from '../schema/qualified-name.js'

/** A value computed from the row as it was: `(eb) => eb('price', '*', 2)`. Columns are named as in SQL. */
export type UpdateExpression<M extends Model> = (
  eb: ExpressionBuilder<TablesOf<M>, OwnTable<M>>,
) => Expression<unknown>

/** What `update` takes: values, or expressions over the row as it was. */
export type UpdateValues<M extends Model> = [M['update']] extends [never]
  ? never
  : { readonly [Field in keyof M['update']]: M['update'][Field] | Expressed | UpdateExpression<M> }

/** Sets fields of the rows that a queryset stands for; returns how many there were. */
export async function updateAll(binding: Binding, asked: QueryState, values: unknown): Promise<number> {
  refuseUnlessWritable(asked, 'update')
  const { state, of } = scoped(asked)
  const changes = of(parseChanges(asked, values))
  if (state.none) return 0
  return Writer.on(binding, state).countBy(updatePlan, { state, changes })
}

/** Deletes the rows that a queryset stands for; returns how many there were. */
export async function deleteAll(binding: Binding, asked: QueryState): Promise<number> {
  refuseUnlessWritable(asked, 'delete')
  const state = scopedState(asked)
  if (state.none) return 0
  return Writer.on(binding, state).countBy(deletePlan, state)
}

export function parseChanges(target: ExpressionTarget, values: unknown, where = 'update()'): ColumnChange[] {
  const { table } = target
  if (!isRecord(values) || Object.keys(values).length === 0) {
    throw new FieldError(
      `${where} of ${qualifiedName(table)} takes an object with at least one field to set.`,
    )
  }
  return Object.keys(values).map((property) => {
    const column = writableColumn(table, property, where)
    const value = values[property]
    if (isExpression(value)) return { column, value: assigned(target, column, value) }
    return isCallback(value)
      ? { column, expression: parseValueExpression(table, column, value) }
      : { column, cell: new Operand(encodeCell(table, column, value, where)) }
  })
}
