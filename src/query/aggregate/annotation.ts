import type { ColumnSchema, RelationSchema } from '../../schema/table.js'
import type { AggregateFunction } from './functions.js'
import type { Condition } from '../filter/condition.js'
import type { Ordering } from '../order/order-key.js'

/**
 * A value that a query computes, under a name of its own. It stands wherever a column does: in rows, conditions and
 * orders.
 */
export interface Annotation extends ColumnSchema {
  /** `row`: over the rows related to one row. `group`: over all rows of a group, or of the whole query. */
  readonly over: 'row' | 'group'
  readonly aggregate: AggregateExpression
}

/** An aggregate, looked up and checked. */
export interface AggregateExpression {
  readonly function: AggregateFunction
  /** The relations that lead to the rows it is over; empty for the query's own. */
  readonly path: readonly RelationSchema[]
  /** What is aggregated; whole rows without. */
  readonly column: ColumnSchema | undefined
  /** The columns that tell the rows apart, for counting distinct ones. */
  readonly key: readonly ColumnSchema[]
  readonly distinct: boolean
  /** Of the rows that the path leads to. */
  readonly filter: Condition | undefined
  readonly order: readonly Ordering[]
  readonly separator: string | undefined
  /** What the result, or the text that is aggregated, is cast to. */
  readonly cast: 'float8' | 'int8' | undefined
}

export function isAnnotation(column: ColumnSchema): column is Annotation {
  return 'aggregate' in column
}

/** Whether an annotation is over groups, so that conditions on it belong into HAVING. */
export function isOverGroup(column: ColumnSchema): boolean {
  return isAnnotation(column) && column.over === 'group'
}

/** Whether the value of each row or group is one of several related rows or more. */
export function leadsToMany(aggregate: AggregateExpression): boolean {
  return aggregate.path.some((relation) => relation.kind === 'many')
}
