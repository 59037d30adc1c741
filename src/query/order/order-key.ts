import { FieldError } from '../../errors.js'
import { qualifiedName } from '../../schema/qualified-name.js'
import { describe } from '../../types/describe.js'
import { lookupKind } from '../../types/lookup-kind.js'
import { baseName } from '../../types/same-type.js'
import { findColumn } from '../columns.js'
import { OrderExpression } from '../expression/query-expression.js'
import { columnNamed, isExpression, resolveArgument, type ExpressionTarget } from '../expression/resolve.js'
import { isPlainObject } from '../lookups/operand.js'
import { ascending, type Ordering } from './ordering.js'

/**
 * A path, descending with a minus before it; an expression, as it is or by `asc()` and `desc()`; or
 * `{ rating: 'desc', nulls: 'last' }`. A field whose own name begins with a minus is found by that.
 */
export function parseOrderKey(target: ExpressionTarget, key: unknown): Ordering {
  return refuseUnordered(ordering(target, key))
}

function ordering(target: ExpressionTarget, key: unknown): Ordering {
  const { table } = target
  if (typeof key === 'string') {
    const exact = findColumn(table, key)
    if (exact !== undefined && target.lookUp === undefined) return ascending(columnNamed(target, key))
    return { column: columnNamed(target, key.replace(/^-/, '')), descending: key.startsWith('-') }
  }
  if (key instanceof OrderExpression) {
    const { expression, descending, nulls } = key
    return { column: resolveArgument(target, expression), descending, ...(nulls && { nulls }) }
  }
  if (isExpression(key)) return ascending(resolveArgument(target, key))
  if (isPlainObject(key)) return fromObject(target, key)
  throw new FieldError(
    `orderBy of ${qualifiedName(table)} takes field names such as "-createdAt", expressions and objects such as ` +
      `{ rating: 'desc', nulls: 'last' }, not ${describe(key)}.`,
  )
}

function fromObject(target: ExpressionTarget, { nulls, ...fields }: Record<string, unknown>): Ordering {
  const [[path, direction] = ['', ''], ...more] = Object.entries(fields)
  const isFit = (direction === 'asc' || direction === 'desc') && more.length === 0
  if (!isFit || (nulls !== undefined && nulls !== 'first' && nulls !== 'last')) {
    throw new FieldError(
      `A key of orderBy of ${qualifiedName(target.table)} that is an object has one field that is 'asc' or 'desc', and ` +
        "nulls: 'first' or 'last' beside it, as in { rating: 'desc', nulls: 'last' }.",
    )
  }
  return { column: columnNamed(target, path), descending: direction === 'desc', ...(nulls && { nulls }) }
}

/** @throws {@link FieldError} for what the server cannot sort. */
function refuseUnordered(order: Ordering): Ordering {
  const { type, property } = order.column
  const kind = lookupKind(type)
  if (kind !== 'null') return order
  throw new FieldError(`"${property}" cannot be sorted by: the type ${baseName(type)} has no order.`)
}
