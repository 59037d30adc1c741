import { UsageError } from '../errors.js'
import { valued } from '../query/narrowing.js'
import { projectionOf } from '../query/projection.js'
import { isSliced, type QueryState } from '../query/state.js'
import type { SubqueryParts } from '../query/subquery.js'
import { tableName } from '../query/columns.js'
import { compileNode } from './compile.js'
import { selectRows } from './compile-select.js'

/**
 * A query as the operand of `in`: its one column, or the primary key of whole rows.
 *
 * @throws {@link UsageError} when it has not exactly one column.
 */
export function subqueryOf(state: QueryState): SubqueryParts {
  const values = state.selection.shape === 'model' ? valued(state, state.table.primaryKey) : state
  const { length } = state.selection.shape === 'model' ? state.table.primaryKey : projectionOf(values).outputs
  if (length !== 1) {
    throw new UsageError(
      `A queryset of ${tableName(state.table)} that "in" takes must have one column, not ${length}: name it with values().`,
    )
  }
  // The order of rows that are only looked for matters where it decides which rows there are.
  const ordered = isSliced(values) || values.distinct ? values : { ...values, order: [] }
  return { node: compileNode((creator) => selectRows(creator, ordered)), none: state.none }
}
