import { computed, isComputed, type Computed } from '../query/expression/computed.js'
import { allOf, NOTHING, type ComparisonOperator, type Condition } from '../query/filter/condition.js'
import type { Ordering } from '../query/order/ordering.js'
import type { ColumnSchema } from '../schema/table.js'
import { Operand } from '../shape/operand.js'
import { comparableType } from '../sql/cast.js'
import { operatorSchema } from '../sql/operator.js'

/** The values of a row in the fields of an order, as the server is sent them; null for NULL. */
export type Position = readonly (string | null)[]

/**
 * That a row comes behind a position: `(a, b) > ($1, $2)`, which an index on both serves, where the directions agree and
 * no field may be NULL; else `a >= $1 AND (a > $1 OR a = $1 AND b < $2)`, where an index on `a` serves its first part.
 */
export function beyond(order: readonly Ordering[], position: Position): Condition {
  const [first] = order
  if (first === undefined) return NOTHING
  if (!first.column.nullable && isOneComparison(order, position)) return rowComparison(order, position)
  const behind = behindFrom(order, position, 0)
  const value = position[0] ?? null
  if (order.length === 1 || value === null || first.column.nullable) return behind
  return allOf([compare(first.column, first.descending ? '<=' : '>=', value), behind])
}

/** That a row of a key without NULLs comes before a position, or is there. */
export function upTo(order: readonly Ordering[], position: Position): Condition {
  const [first] = order
  const [value = null] = position
  if (first !== undefined && order.length === 1 && value !== null) return compare(first.column, '<=', value)
  if (isOneComparison(order, position)) return rowComparison(order, position, '<=')
  return { kind: 'not', condition: beyond(order, position) }
}

function behindFrom(order: readonly Ordering[], position: Position, at: number): Condition {
  const key = order[at]
  if (key === undefined) return NOTHING
  const value = position[at] ?? null
  const { column } = key
  const behind = behindIn(key, value)
  if (at === order.length - 1) return behind
  const same: Condition =
    value === null ? { kind: 'isNull', column, isNull: true } : compare(column, '=', value)
  return {
    kind: 'or',
    conditions: [behind, { kind: 'and', conditions: [same, behindFrom(order, position, at + 1)] }],
  }
}

/** That a row comes behind a value of one field alone. */
function behindIn(key: Ordering, value: string | null): Condition {
  const { column, descending } = key
  if (value === null) return areNullsLast(key) ? NOTHING : { kind: 'isNull', column, isNull: false }
  const behind = compare(column, descending ? '<' : '>', value)
  if (!areNullsLast(key) || !column.nullable) return behind
  return { kind: 'or', conditions: [behind, { kind: 'isNull', column, isNull: true }] }
}

export function areNullsLast({ descending, nulls }: Ordering): boolean {
  return (nulls ?? (descending ? 'first' : 'last')) === 'last'
}

export function compare(column: ColumnSchema, operator: ComparisonOperator, value: string): Condition {
  const operand = new Operand(value)
  // What is computed may be of a type that its operator alone does not tell.
  return { kind: 'compare', column, operator, operand, ...(isComputed(column) && { castTo: column.type }) }
}

/** Whether one comparison of rows has the order of these fields; for the first of them, but for its NULLs. */
export function isOneComparison(order: readonly Ordering[], position: Position): boolean {
  const [first] = order
  return (
    order.length > 1 &&
    !position.includes(null) &&
    order.every(({ column, descending }, index) => {
      const { nullable, type } = column
      // Operators of extensions and casts of what they compare are for each field on its own.
      const isPlain = operatorSchema(type) === undefined && comparableType(type) === type
      return descending === first?.descending && (index === 0 || !nullable) && isPlain
    })
  )
}

/** By `>` where the fields ascend and `<` where they descend, unless said otherwise. */
export function rowComparison(
  order: readonly Ordering[],
  position: Position,
  operator = order[0]?.descending === true ? '<' : '>',
): Condition {
  const columns = order.map(({ column }) => column)
  const values = columns.map(({ property, type }, index): Computed => {
    return computed(
      { label: property, type },
      { kind: 'operand', operand: new Operand(position[index] ?? null) },
    )
  })
  const commas = columns.slice(1).map(() => ', ')
  const parts = ['(', ...commas, `) ${operator} (`, ...commas, ')']
  const column = computed(
    { label: 'position', type: 'bool' },
    { kind: 'sql', parts, args: [...columns, ...values] },
  )
  return { kind: 'isTrue', column }
}
