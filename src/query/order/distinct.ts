import { UsageError } from '../../errors.js'
import type { ColumnSchema } from '../../schema/table.js'
import { isComputed } from '../expression/computed.js'
import { propertiesOf } from '../columns.js'
import { expressionTarget } from '../aggregate/annotate.js'
import { columnNamed } from '../expression/resolve.js'
import { isSame } from '../expression/same.js'
import { refuseUngrouped } from '../aggregate/grouping.js'
import { refuseLockOfDistinct } from '../select-for-update.js'
import { change, refuseAfter, type QueryState, type RelatedSelection } from '../state.js'
import { ascending, type Ordering } from './ordering.js'
import { qualifiedName } from '../../schema/qualified-name.js'

/** Leaves each row once; with fields, the first row in order for each combination of their values. */
export function distinct(state: QueryState, properties: readonly string[] = []): QueryState {
  refuseAfter(state, 'distinct', 'slice', 'union')
  const target = expressionTarget(state, 'distinct')
  const distinctOn = [...new Set(properties)].map((path) => columnNamed(target, path))
  refuseUngrouped(state, distinctOn, 'distinct')
  refuseOtherOrder(state, distinctOn, state.order)
  return refuseLockOfDistinct(change(state, { distinct: true, distinctOn }))
}

/**
 * DISTINCT ON takes the first row of each run of equal fields, so the order has to begin with them, in whatever
 * sequence.
 */
export function refuseOtherOrder(
  state: QueryState,
  distinctOn: readonly ColumnSchema[],
  order: readonly Ordering[],
): void {
  const missing = new Set(distinctOn)
  for (const { column } of order) {
    const own = distinctOn.find((each) => isSame(each, column))
    if (own !== undefined || missing.size === 0) {
      if (own !== undefined) missing.delete(own)
      continue
    }
    const fields = propertiesOf(distinctOn).join(', ')
    throw new UsageError(
      `orderBy() of ${qualifiedName(state.table)} has to begin with the fields of distinct(${fields}), but has ` +
        `"${column.property}" before "${propertiesOf([...missing]).join(', ')}".`,
    )
  }
}

/**
 * An order that came before may be replaced by one that comes after, so that it is refused when it is said and when the
 * statement is made.
 *
 * @throws {@link UsageError} for an order by what DISTINCT rows do not have: rows that become one could have several.
 */
export function refuseUnselectedOrder(state: QueryState): QueryState {
  const { distinct, distinctOn, selection, order, combination } = state
  if (!distinct || distinctOn.length > 0 || combination !== undefined) return state
  const missing = order.find(
    ({ column }) => !selection.columns.some((each) => isSame(each, column)) && !isJoined(selection, column),
  )
  if (missing === undefined) return state
  const { property } = missing.column
  throw new UsageError(
    `Rows of distinct() cannot be ordered by "${property}", which they do not have: rows that become one may differ in it. ` +
      `Select it as well, call orderBy() with other fields, or distinct() with the fields that tell rows apart.`,
  )
}

/** Whether a value of a related row is in the rows. */
function isJoined({ related }: Pick<RelatedSelection, 'related'>, column: ColumnSchema): boolean {
  if (!isComputed(column) || column.node.kind !== 'related') return false
  const { path, column: wanted } = column.node
  let at: Pick<RelatedSelection, 'related' | 'columns'> | undefined = { related, columns: [] }
  for (const relation of path) at = at?.related.find((each) => each.relation === relation)
  return at?.columns.includes(wanted) === true
}

/**
 * DISTINCT ON and ORDER BY must be one expression, which an annotation is by its name in the result only; a column of a
 * joined row is one wherever it stands.
 */
export function refuseUnselectedAnnotations({ distinctOn, selection }: QueryState): void {
  for (const column of distinctOn) {
    if (!isComputed(column) || column.node.kind === 'related' || selection.columns.includes(column)) continue
    throw new UsageError(
      `distinct("${column.property}") by an annotation needs it among the fields of the rows.`,
    )
  }
}

/** The order that rows come in: by the fields of DISTINCT ON when there is no other. */
export function orderOf(state: QueryState): readonly Ordering[] {
  return state.order.length > 0 ? state.order : state.distinctOn.map(ascending)
}
