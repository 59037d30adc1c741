import { sql } from 'kysely'
import { isComputed } from '../../query/expression/computed.js'
import { conjuncts, isOnGroups } from '../../query/aggregate/grouping.js'
import { projectionOf } from '../../query/projection.js'
import type { QueryState } from '../../query/state.js'
import type { ColumnSchema } from '../../schema/table.js'
import type { Builder } from '../compile.js'
import { compileCondition } from '../condition.js'
import type { Scope } from '../scope.js'

/**
 * `WHERE … GROUP BY … HAVING …`. What groups are made by and is itself computed per row is joined in LATERAL, so that
 * it is one expression wherever it stands: its parameters would make it another one each time.
 */
export function groupedFrom(
  builder: Builder,
  scope: Scope,
  state: QueryState,
  groupBy: readonly ColumnSchema[],
): Builder {
  let result = builder
  for (const column of groupBy.filter(isComputed)) {
    const alias = scope.freeAlias()
    const value = scope.columnRef(column)
    result = result.crossJoinLateral(sql<object>`(select ${value} as ${sql.id('value')})`.as(sql.id(alias)))
    scope.define(column, () => sql`${sql.id(alias, 'value')}`)
  }
  for (const condition of state.conditions.flatMap(conjuncts)) {
    const compiled = compileCondition(scope, condition)
    result = isOnGroups(condition) ? result.having(compiled) : result.where(compiled)
  }
  return result.groupBy(groupBy.map((column) => sql`${scope.columnRef(column)}`))
}

/**
 * From here on, annotations of the selection go by their names: ORDER BY then computes nothing again. A name that
 * another column of the result has as well would be ambiguous.
 */
export function nameSelected(scope: Scope, state: QueryState): void {
  if (state.combination !== undefined) return
  const aliases = projectionOf(state).outputs.map(({ alias }) => alias)
  for (const column of state.selection.columns.filter(isComputed)) {
    const unique = aliases.indexOf(column.property) === aliases.lastIndexOf(column.property)
    if (unique) scope.nameOutput(column, column.property)
  }
}
