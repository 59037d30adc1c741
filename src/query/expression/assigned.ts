import { FieldError } from '../../errors.js'
import { qualifiedName } from '../../schema/qualified-name.js'
import type { ColumnSchema } from '../../schema/table.js'
import { areComparable, baseName } from '../../types/same-type.js'
import { isWindow } from './computed.js'
import { RESOLVE, type ExpressionTarget, type Resolvable } from './resolve.js'

/** What an expression sets a column to. */
export function assigned(
  target: ExpressionTarget,
  column: ColumnSchema,
  expression: Resolvable,
): ColumnSchema {
  const value = expression[RESOLVE]({ ...target, method: 'update' }, column.type)
  const label = `${qualifiedName(target.table)}.${column.property}`
  if (isWindow(value))
    throw new FieldError(`${label} cannot be set to a window function: PostgreSQL has none in UPDATE.`)
  if (areComparable(column.type, value.type)) return value
  throw new FieldError(
    `${label} is ${baseName(column.type)}, and cannot be set to "${value.property}", which is ${baseName(value.type)}: cast it.`,
  )
}
