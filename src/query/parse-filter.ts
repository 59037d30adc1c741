import { FieldError } from '../errors.js'
import type { SchemaRegistry } from '../schema/registry.js'
import type { TableSchema } from '../schema/table.js'
import { columnOf, tableName } from './columns.js'
import type { Condition } from './condition.js'
import { isPlainObject, refuseUndefined, show } from './lookups/operand.js'
import { parseLookups } from './lookups/parse-lookups.js'

/** What a filter is about. */
export interface FilterTarget {
  readonly table: TableSchema
  /** Where relations find their tables. */
  readonly schemas: SchemaRegistry
}

/**
 * Checks a filter and turns it into conditions.
 *
 * @throws {@link FieldError} for an unknown column or lookup, naming the choices, and for an `undefined` operand.
 * @throws {@link EncodeError} for an operand that the column's type cannot hold.
 */
export function parseFilter(target: FilterTarget, filter: unknown): Condition {
  if (!isPlainObject(filter)) {
    throw new FieldError(
      `A filter of ${tableName(target.table)} must be an object such as { column: value }, not ${show(filter)}.`,
    )
  }
  const conditions = Object.entries(filter).map(([key, value]) => parseEntry(target, key, value))
  return conditions.length === 1 && conditions[0] ? conditions[0] : { kind: 'and', conditions }
}

function parseEntry(target: FilterTarget, key: string, value: unknown): Condition {
  const label = `${tableName(target.table)}.${key}`
  refuseUndefined(value, label)
  switch (key) {
    case 'and':
    case 'or':
      if (!Array.isArray(value)) throw new FieldError(`"${key}" takes a list of filters, not ${show(value)}.`)
      return { kind: key, conditions: value.map((each) => parseFilter(target, each)) }
    case 'not':
      return { kind: 'not', condition: parseFilter(target, value) }
    default:
      return parseLookups({ column: columnOf(target.table, key), label }, value)
  }
}
