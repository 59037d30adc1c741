import { UsageError } from '../../errors.js'
import { wrapped } from '../../query/combine.js'
import { values } from '../../query/selection.js'
import { projectionOf } from '../../query/projection.js'
import { isSliced, placedIn, type QueryState } from '../../query/state.js'
import type { SubqueryParts } from '../../query/filter/subquery.js'
import { compileNode } from '../compile.js'
import { selectRows } from './select.js'
import { qualifiedName } from '../../schema/qualified-name.js'

/**
 * A query as the operand of `in`: its one column, or the primary key of whole rows.
 *
 * @throws {@link UsageError} when it has not exactly one column, and when it locks its rows.
 */
export function subqueryOf(state: QueryState): SubqueryParts {
  const { table, selection } = state
  if (state.lock !== undefined) {
    throw new UsageError(
      `"in" takes no queryset with selectForUpdate(): the rows of ${qualifiedName(table)} are only looked for.`,
    )
  }
  const rows =
    selection.shape === 'model' && table.primaryKey.length === 1
      ? // DISTINCT rows can only be sorted by what they have, which the key alone has not.
        values(state.distinct ? wrapped(state) : state, table.primaryKey)
      : state
  const [output, ...others] = projectionOf(rows).outputs
  if (output === undefined || others.length > 0) {
    throw new UsageError(
      `A queryset of ${qualifiedName(table)} that "in" takes must have one column, not ${others.length + 1}: ` +
        'name it with values().',
    )
  }
  // The order of rows that are only looked for matters where it decides which rows there are.
  const query = isSliced(rows) || rows.distinctOn.length > 0 ? rows : { ...rows, order: [] }
  const nodeOf = (placed: QueryState) => compileNode((creator) => selectRows(creator, placed))
  const node = nodeOf(query)
  return {
    node: (schemas) => {
      const placed = placedIn(query, schemas)
      return placed === query ? node : nodeOf(placed)
    },
    type: output.type,
    none: state.none,
  }
}
