import { UsageError } from '../../errors.js'
import type { ColumnSchema, TableSchema } from '../../schema/table.js'
import { isColumn, isOverGroup, isWindow, ownColumns } from '../expression/computed.js'
import { columnsOf } from '../columns.js'
import { ungrouped } from '../expression/resolve.js'
import { sortedBy } from '../order/ordering.js'
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
  const window = groupBy.find(isWindow)
  if (window !== undefined) {
    throw new UsageError(
      `Cannot group by "${window.property}": window functions are computed from the groups. Leave it out of values().`,
    )
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
    throw ungrouped(method, column.property, fieldsOf(state))
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
      refuseUngrouped(state, columnsIn(state.table, part), 'filter')
    }
  }
}

/** Whether a condition can be decided only once groups are made. */
export function isOnGroups(condition: Condition): boolean {
  return partsOf(condition).some((part) => valuesIn(part).some(isOverGroup))
}

/** What a condition compares. */
export function valuesIn(part: Leaf): ColumnSchema[] {
  if (!('column' in part)) return []
  const operands = 'operand' in part ? [part.operand] : 'from' in part ? [part.from, part.to] : []
  const list = part.kind === 'in' && Array.isArray(part.values) ? (part.values as unknown[]) : []
  return [part.column, ...[...operands, ...list].filter(isColumn)]
}

/** What a part of a condition needs of the rows that it is decided for. */
function columnsIn(table: TableSchema, part: Leaf): ColumnSchema[] {
  if (part.kind === 'related') return columnsOf(table, part.relation.columns)
  return valuesIn(part).flatMap(ownColumns)
}

/**
 * @param what what would be decided by it, at the beginning of a message.
 * @throws {@link UsageError} for window functions, which PostgreSQL computes after WHERE, FILTER and HAVING.
 */
export function refuseWindows(condition: Condition, what: string): Condition {
  const found = partsOf(condition).flatMap(valuesIn).find(isWindow)
  if (found === undefined) return condition
  throw new UsageError(
    `${what} by "${found.property}": window functions are computed from the rows that are left after it.`,
  )
}

/** The conditions that AND joins. */
export function conjuncts(condition: Condition): Condition[] {
  return condition.kind === 'and' ? condition.conditions.flatMap(conjuncts) : [condition]
}

/** The conditions that AND, OR and NOT join. */
export function partsOf(condition: Condition): Leaf[] {
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

/** A condition that is not made of others. */
export type Leaf = Exclude<Condition, Junction | Negation>

/** All fields that rows have: of groups those they were made by, and what was computed from them. */
export function fieldsOf({ table, groupBy }: QueryState): readonly ColumnSchema[] {
  return groupBy === undefined ? table.columns : [...groupBy, ...table.columns.filter(isOverGroup)]
}
