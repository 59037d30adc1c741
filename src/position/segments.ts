import { allOf, type Condition } from '../query/filter/condition.js'
import type { Ordering } from '../query/order/ordering.js'
import { areNullsLast, compare, isOneComparison, rowComparison, type Position } from './beyond.js'

/**
 * The rows behind a position, as conditions of which each is one range of an index on the order: the rows of one come before
 * those of the next, and no row meets two of them. `(a, b) > ($1, $2)` where the directions agree; else `a = $1 AND b < $2`
 * and then `a > $1`; `a IS NULL` by itself. One condition with OR would have the server read again, for each batch, all
 * that comes before it among equal values and NULLs.
 */
export function segments(order: readonly Ordering[], position: Position): readonly Condition[] {
  const [key, ...others] = order
  if (key === undefined) return []
  const { column, descending } = key
  const [value = null, ...values] = position
  const within = (same: Condition) => segments(others, values).map((behind) => allOf([same, behind]))
  if (value === null) {
    const nulls = within({ kind: 'isNull', column, isNull: true })
    return areNullsLast(key) ? nulls : [...nulls, { kind: 'isNull', column, isNull: false }]
  }
  const nulls: Condition[] =
    column.nullable && areNullsLast(key) ? [{ kind: 'isNull', column, isNull: true }] : []
  // NULLs of the first field are no rows of such a comparison; those of the others would be in the midst of it.
  if (isOneComparison(order, position)) return [rowComparison(order, position), ...nulls]
  return [...within(compare(column, '=', value)), compare(column, descending ? '<' : '>', value), ...nulls]
}
