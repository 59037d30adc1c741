import { UsageError } from '../../errors.js'
import { wrapped } from '../../query/combine.js'
import { values } from '../../query/selection.js'
import { projectionOf } from '../../query/projection.js'
import { isSliced, placedIn, type QueryState } from '../../query/state.js'
import type { Subselect, SubqueryParts } from '../../query/filter/subquery.js'
import { known } from '../../shape/known.js'
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
  return { query: { state: query, nodeOf: subselectNode }, type: output.type, none: state.none }
}

/** `SELECT …` within a statement whose tables are where `schemas` says. */
const subselectNode: Subselect['nodeOf'] = known((state, schemas) =>
  // It stands beside the state that it was made for.
  compileNode((creator) => selectRows(creator, placedIn(state as QueryState, schemas))),
)
