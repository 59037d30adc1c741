import { UsageError } from '../errors.js'
import type { TableSchema } from '../schema/table.js'
import type { Condition } from './filter/condition.js'
import { decideCondition } from './filter/decide-condition.js'
import { refuseAfter, type QueryState } from './state.js'
import { qualifiedName } from '../schema/qualified-name.js'

/**
 * What `update` and `delete` ask of a queryset: that it stands for rows of its table, and for all of them only by an
 * explicit `all()`.
 */
export function refuseUnlessWritable(state: QueryState, method: string): void {
  refuseAfter(state, method, 'slice', 'union', 'values')
  const name = qualifiedName(state.table)
  if (state.call !== undefined) {
    throw new UsageError(
      `Cannot call ${method}() on what the function ${qualifiedName(state.call.function)} gives: ` +
        `find the rows by their key in the repository of ${name}.`,
    )
  }
  if (state.distinct) throw new UsageError(`Cannot call ${method}() on distinct() rows of ${name}.`)
  refuseView(state.table, method)
  if (
    !state.all &&
    !state.none &&
    state.conditions.every((condition) => decideCondition(condition, byNotNull) === true)
  ) {
    throw new UsageError(
      `${method}() would change every row of ${name}: call filter() first, or all().${method}() if that is meant.`,
    )
  }
}

/** @throws {@link UsageError} for a view, which takes no writes here. */
export function refuseView(table: TableSchema, method: string): void {
  if (table.kind === 'view' || table.kind === 'materialized view') {
    throw new UsageError(`Cannot call ${method}() on ${qualifiedName(table)}: it is a ${table.kind}.`)
  }
}

/** What NOT NULL makes certain: that such a column has a value, and that such a foreign key leads to a row. */
function byNotNull(condition: Condition): boolean | undefined {
  switch (condition.kind) {
    case 'isNull':
      return condition.column.nullable ? undefined : !condition.isNull
    case 'related': {
      const { kind, nullable } = condition.relation
      return kind === 'one' && !nullable ? decideCondition(condition.condition, byNotNull) : undefined
    }
    default:
      return undefined
  }
}
