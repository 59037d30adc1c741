import type { ColumnSchema } from '../../schema/table.js'
import { shapeOf } from '../../shape/shape.js'

/** Whether two values are one expression in SQL, and not only equal: those with values that are sent are not. */
export function isSame(one: ColumnSchema, other: ColumnSchema | undefined): boolean {
  if (one === other || other === undefined) return one === other
  const [left, right] = [shapeOf(one), shapeOf(other)]
  return left.key !== undefined && left.key === right.key && left.operands.length === 0
}
