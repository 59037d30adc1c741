import { expressionBuilder, isExpression, type OperationNode } from 'kysely'
import { FieldError } from '../../errors.js'
import type { ColumnSchema, TableSchema } from '../../schema/table.js'
import { refuseTooDeep } from '../too-deep.js'
import type { Condition } from './condition.js'
import { ExpressionReferences } from './expression-references.js'
import { ExpressionValues } from './expression-values.js'
import { describe } from '../../types/describe.js'
import { qualifiedName } from '../../schema/qualified-name.js'

/** A function that is to be given Kysely's expression builder. */
type Callback = (eb: unknown) => unknown

export function isCallback(value: unknown): value is Callback {
  return typeof value === 'function'
}

/** A condition written with Kysely's expression builder, whose columns are those of the table, named as in SQL. */
export function parseExpression(table: TableSchema, callback: Callback): Condition {
  const where = `A callback in a filter of ${qualifiedName(table)}`
  return { kind: 'expression', node: expressionNode(table, callback, where, `eb('column', '=', value)`) }
}

/** A value computed from a row by Kysely's expression builder, which an update sets a column to. */
export function parseValueExpression(
  table: TableSchema,
  column: ColumnSchema,
  callback: Callback,
): OperationNode {
  const where = `The function for ${qualifiedName(table)}.${column.property} in update()`
  return expressionNode(table, callback, where, `eb('${column.name}', '+', 1)`)
}

/** A value that `expr` computes. */
export function parseTypedExpression(table: TableSchema, type: string, callback: unknown): OperationNode {
  const where = `The function of expr('${type}') on ${qualifiedName(table)}`
  if (isCallback(callback))
    return expressionNode(table, callback, where, `eb.fn('left', ['column', eb.lit(1)])`)
  throw new FieldError(`${where} is ${describe(callback)}.`)
}

function expressionNode(
  table: TableSchema,
  callback: Callback,
  where: string,
  example: string,
): OperationNode {
  const expression = callback(expressionBuilder<Record<string, object>, string>())
  if (!isExpression(expression)) {
    throw new FieldError(
      `${where} must return a Kysely expression, such as (eb) => ${example}, not ${describe(expression)}.`,
    )
  }
  return refuseTooDeep(where, () => {
    const encoded = new ExpressionValues().transformNode(expression.toOperationNode())
    return new ExpressionReferences(table).transformNode(encoded)
  })
}
