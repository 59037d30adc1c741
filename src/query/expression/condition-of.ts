import { FieldError } from '../../errors.js'
import type { ColumnSchema } from '../../schema/table.js'
import { serverType } from '../../schema/type.js'
import { baseName } from '../../types/same-type.js'
import type { Condition } from '../filter/condition.js'
import { isComputed } from './computed.js'

/** A value that is true or false as a condition. */
export function conditionOf(column: ColumnSchema): Condition {
  if (isComputed(column) && column.node.kind === 'condition') return column.node.condition
  if (serverType(column.type) === 'bool') return { kind: 'isTrue', column }
  throw new FieldError(
    `"${column.property}" is ${baseName(column.type)}, and a condition is true or false: compare it with something, as in ` +
      'lookup(…, { gt: 1 }).',
  )
}
