import { choicesOf } from '../../choices.js'
import { UsageError } from '../../errors.js'
import type { ColumnSchema } from '../../schema/table.js'
import { isOverGroup } from './annotation.js'
import { columnsOf, propertiesOf } from '../columns.js'
import { sortedBy } from '../order/order-key.js'
import type { Condition, Junction, Negation } from '../filter/condition.js'
import { lookupKind } from '../../types/lookup-kind.js'
import { change, type QueryState } from '../state.js'
import { qualifiedName } from '../../schema/qualified-name.js'

/** Groups are made once: a later `annotate` adds to them, and a later `values` only leaves fields out. */
export function groupedByValues(state: QueryState): QueryState {
  if (state.groupBy !== undefined) return state
  if (state.lock !== undefined) {
    throw new UsageError(
      'Cannot group rows with annotate() after selectForUpdate(): groups are no rows to lock.',
    )
  }
  const groupBy = state.selection.columns
  for (const column of groupBy) {
    if (lookupKind(column.type) === 'null') {
      throw new UsageError(
        `Cannot group by ${qualifiedName(state.table)}.${column.property}: its type has no equality. Name the fields in values().`,
      )
    }
  }
  const result = change(state, { groupBy })
  refuseUngrouped(result, sortedBy(state.order), 'orderBy')
  refuseUngrouped(result, state.distinctOn, 'distinct')
  return result
}

/** @throws {@link UsageError} for a column that rows of groups do not have. */
export function refuseUngrouped(state: QueryState, columns: readonly ColumnSchema[], method: string): void {
  if (state.groupBy === undefined) return
  for (const column of columns) {
    if (state.groupBy.includes(column) || isOverGroup(column)) continue
    const choices = choicesOf(column.property, propertiesOf(fieldsOf(state)))
    throw new UsageError(
      `${method}: rows grouped by values() and annotate() have no "${column.property}". ${choices}. ` +
        'Leave it out, or name it in the values() that comes before annotate().',
    )
  }
}

/** @throws {@link UsageError} for conditions on groups that also ask for what groups do not have. */
export function refuseUngroupedConditions(state: QueryState, conditions: readonly Condition[]): void {
  if (state.groupBy === undefined) return
  for (const condition of conditions.flatMap(conjuncts).filter(isOnGroups)) {
    for (const part of partsOf(condition)) {
      if (part.kind === 'expression') {
        throw new UsageError(
          'filter: a callback cannot be combined by "or" and "not" with what is computed from groups. Give it to ' +
            'filter() by itself: it then says which rows are grouped.',
        )
      }
      const columns = part.kind === 'related' ? columnsOf(state.table, part.relation.columns) : [part.column]
      refuseUngrouped(state, columns, 'filter')
    }
  }
}

/** Whether a condition can be decided only once groups are made. */
export function isOnGroups(condition: Condition): boolean {
  return partsOf(condition).some((part) => 'column' in part && isOverGroup(part.column))
}

/** The conditions that AND joins. */
export function conjuncts(condition: Condition): Condition[] {
  return condition.kind === 'and' ? condition.conditions.flatMap(conjuncts) : [condition]
}

/** The conditions that AND, OR and NOT join. */
export function partsOf(condition: Condition): Exclude<Condition, Junction | Negation>[] {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.conditions.flatMap(partsOf)
    case 'not':
      return partsOf(condition.condition)
    default:
      return [condition]
  }
}

/** All fields that rows have: of groups those they were made by, and what was computed from them. */
export function fieldsOf({ table, groupBy }: QueryState): readonly ColumnSchema[] {
  return groupBy === undefined ? table.columns : [...groupBy, ...table.columns.filter(isOverGroup)]
}
