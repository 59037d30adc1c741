import { UsageError } from '../../errors.js'
import { wrapped } from '../../query/combine.js'
import { reachOf } from '../../query/expression/outer-row.js'
import { values } from '../../query/selection.js'
import { projectionOf } from '../../query/projection.js'
import { isSliced, placedIn, type QueryState } from '../../query/state.js'
import type { Subselect, SubqueryParts } from '../../query/filter/subquery.js'
import { known } from '../../shape/known.js'
import { Operand } from '../../shape/operand.js'
import { compileNode } from '../compile.js'
import type { Scope } from '../scope.js'
import { selectExists, selectRows } from './select.js'
import { qualifiedName } from '../../schema/qualified-name.js'

/**
 * A query as the operand of `in`: its one column, or the primary key of whole rows.
 *
 * @throws {@link UsageError} when it has not exactly one column, and when it locks its rows.
 */
export function subqueryOf(state: QueryState, form?: 'array', by?: string): SubqueryParts {
  const { table, selection } = state
  if (state.lock !== undefined) {
    throw new UsageError(
      `A queryset with selectForUpdate() cannot be part of another: the rows of ${qualifiedName(table)} are only looked for.`,
    )
  }
  const key = by === undefined ? table.primaryKey : [by]
  const isWhole = selection.shape === 'model'
  const rows =
    isWhole && key.length === 1
      ? // DISTINCT rows can only be sorted by what they have, which the key alone has not.
        values(state.distinct ? wrapped(state) : state, key)
      : state
  const [output, ...others] = projectionOf(rows).outputs
  if (output === undefined || others.length > 0) {
    throw new UsageError(
      `A queryset of ${qualifiedName(table)} that "in" or subquery() takes must have one column, not ${others.length + 1}: ` +
        'name it with values().',
    )
  }
  // The order of rows that are only looked for matters where it decides which rows there are.
  const isOrdered = form === 'array' || isSliced(rows) || rows.distinctOn.length > 0
  const query = isOrdered ? rows : { ...rows, order: [] }
  const limit = rows.slice?.limit
  return {
    query: { state: query, nodeOf: subselectNode, reach: reachOf(query) },
    type: output.type,
    typeIn: (bound) => projectionOf(bound as QueryState).outputs[0]?.type ?? output.type,
    none: state.none,
    ...(limit !== undefined && { limit: Operand.valueOf(limit) }),
    ...(isWhole && { rows: { table, by: (field: string) => subqueryOf(state, form, field) } }),
  }
}

/** A query of which only matters whether it has any row. */
export function existenceOf(state: QueryState): SubqueryParts {
  return { query: { state, nodeOf: existenceNode, reach: reachOf(state) }, type: 'bool', none: state.none }
}

const existenceNode: Subselect['nodeOf'] = known((state, schemas, outer) =>
  compileNode((creator) =>
    selectExists(creator, placedIn(state as QueryState, schemas), outer as Scope | undefined),
  ),
)

/** `SELECT …` within a statement whose tables are where `schemas` says. */
const subselectNode: Subselect['nodeOf'] = known((state, schemas, outer) =>
  // It stands beside the state that it was made for.
  compileNode((creator) =>
    selectRows(
      creator,
      placedIn(state as QueryState, schemas),
      undefined,
      undefined,
      outer as Scope | undefined,
    ),
  ),
)
