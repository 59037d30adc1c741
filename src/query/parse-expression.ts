import { expressionBuilder, isExpression } from 'kysely'
import { FieldError } from '../errors.js'
import type { TableSchema } from '../schema/table.js'
import { tableName } from './columns.js'
import type { Condition } from './condition.js'
import { ExpressionReferences } from './expression-references.js'
import { ExpressionValues } from './expression-values.js'
import { show } from './lookups/operand.js'

/** A condition written with Kysely's expression builder, whose columns are those of the table, named as in SQL. */
export function parseExpression(table: TableSchema, callback: (eb: unknown) => unknown): Condition {
  const expression = callback(expressionBuilder<Record<string, object>, string>())
  if (!isExpression(expression)) {
    throw new FieldError(
      `A callback in a filter of ${tableName(table)} must return a Kysely expression, such as ` +
        `(eb) => eb('column', '=', value), not ${show(expression)}.`,
    )
  }
  const encoded = new ExpressionValues().transformNode(expression.toOperationNode())
  return { kind: 'expression', node: new ExpressionReferences(table).transformNode(encoded) }
}
