import { FieldError } from '../../errors.js'
import type { RelationSchema, TableSchema } from '../../schema/table.js'
import { isExpression } from '../expression/resolve.js'
import { isPlainObject } from '../lookups/operand.js'
import { fieldsAndRelations } from '../related/path.js'
import { isCallback } from './parse-expression.js'

const LOOKUPS = ['exact', 'ne', 'in', 'notIn', 'isNull', 'gt', 'gte', 'lt', 'lte']

/**
 * A relation to one row is asked by a filter of its table, and not by lookups of its key.
 *
 * @throws {@link FieldError} with how what was meant is written.
 */
export function refuseLookupsOfRelation(
  relation: RelationSchema,
  target: TableSchema,
  label: string,
  value: unknown,
): void {
  if (isCallback(value) || isExpression(value)) return
  const [key, ...others] = relation.columns
  const field = key !== undefined && others.length === 0 ? key : undefined
  const known = fieldsAndRelations(target)
  if (!isPlainObject(value)) {
    if (field === undefined || typeof value === 'object') return
    throw new FieldError(
      `${label} takes a filter of ${relation.target}, a row of it, or null: by its key it is { ${field}: … }.`,
    )
  }
  const lookup = Object.keys(value).find((name) => LOOKUPS.includes(name) && !known.includes(name))
  if (lookup === undefined) return
  const { name } = relation
  const instead =
    lookup === 'isNull'
      ? `{ ${name}: null } asks for none, { not: { ${name}: null } } for one`
      : field === undefined
        ? `name fields of ${relation.target}`
        : `by its key it is { ${field}: { ${lookup}: … } }`
  throw new FieldError(`${label} is a relation, which has no lookup "${lookup}": ${instead}.`)
}
