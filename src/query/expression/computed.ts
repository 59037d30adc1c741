import type { OperationNode } from 'kysely'
import type { ColumnSchema, RelationSchema } from '../../schema/table.js'
import type { TypeSchema } from '../../schema/type.js'
import type { Operand } from '../../shape/operand.js'
import type { AggregateFunction } from '../aggregate/function-names.js'
import type { Condition, Encoded } from '../filter/condition.js'
import type { Subselect } from '../filter/subquery.js'
import type { Ordering } from '../order/ordering.js'

/**
 * A value that a query computes: an expression, looked up and checked. It stands wherever a column does, in rows,
 * conditions, orders and other expressions, so that whatever takes a column takes it as well.
 */
export interface Computed extends ColumnSchema {
  /** `row`: of one row. `group`: of all rows of a group, or of the whole query. */
  readonly over: 'row' | 'group'
  /** There is a window function in it, which is computed after WHERE, GROUP BY and HAVING. */
  readonly isWindow: boolean
  readonly node: ExpressionNode
  /** Where in a row it goes, if not under its name: within objects of these names. */
  readonly within?: readonly string[]
}

/** How a value is computed: plain data, from which its SQL is made. */
export type ExpressionNode =
  | { readonly kind: 'aggregate'; readonly aggregate: AggregateExpression }
  /** A value of the one row that relations lead to. */
  | { readonly kind: 'related'; readonly path: readonly RelationSchema[]; readonly column: ColumnSchema }
  /** A value that is sent, cast to its type; null for NULL. */
  | { readonly kind: 'operand'; readonly operand: Operand<Encoded | null> }
  /** SQL with the arguments between its parts. The parts are our own, never what a caller gives. */
  | { readonly kind: 'sql'; readonly parts: readonly string[]; readonly args: readonly ColumnSchema[] }
  /** A value, cast to the type that is computed. */
  | { readonly kind: 'cast'; readonly of: ColumnSchema }
  | { readonly kind: 'condition'; readonly condition: Condition }
  | { readonly kind: 'window'; readonly of: ColumnSchema; readonly window: WindowClause }
  | { readonly kind: 'subquery'; readonly form: 'scalar' | 'exists' | 'array'; readonly query: Subselect }
  | OuterValue
  /** The same while it is not known what the outer row is. */
  | OuterReference
  | { readonly kind: 'freeHand'; readonly node: OperationNode }
  /** What an insert would have written where it met a row: `excluded."price"`. */
  | { readonly kind: 'excluded'; readonly column: ColumnSchema }

/** A value of the row that a subquery, or a condition across a relation, is asked for. */
export interface OuterValue {
  readonly kind: 'outer'
  /** How many queries further out the row is. */
  readonly queries: number
  /** How many tables lie between. */
  readonly levels: number
  readonly column: ColumnSchema
}

export interface OuterReference {
  readonly kind: 'outerRef'
  readonly levels: number
  readonly path: string
  /** What it is compared with, if that is known. */
  readonly wanted: TypeSchema | undefined
  /** It has to be of that type, and not only to compare with it. */
  readonly isCast?: boolean
}

/** `OVER (PARTITION BY … ORDER BY … frame)`. */
export interface WindowClause {
  readonly partitionBy: readonly ColumnSchema[]
  readonly order: readonly Ordering[]
  /** `rows between …`, put together here. */
  readonly frame: string | undefined
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
  readonly window?: WindowClause
}

export function isComputed(column: ColumnSchema): column is Computed {
  return 'node' in column
}

/** Whether a value is of groups, so that conditions on it belong into HAVING. */
export function isOverGroup(column: ColumnSchema): boolean {
  return isComputed(column) && column.over === 'group'
}

export function isWindow(column: ColumnSchema): boolean {
  return isComputed(column) && column.isWindow
}

/** Whether the value of each row or group is one of several related rows or more. */
export function leadsToMany(aggregate: AggregateExpression): boolean {
  return aggregate.path.some((relation) => relation.kind === 'many')
}

/** Whether it is a value that the query computes or reads, and not one that is sent. */
export function isColumn(value: unknown): value is ColumnSchema {
  return typeof value === 'object' && value !== null && 'property' in value && 'type' in value
}

/** The columns of a query's own rows that a value is made of, unless it is of groups. */
export function ownColumns(column: ColumnSchema): ColumnSchema[] {
  if (!isComputed(column) || column.over === 'group') return [column]
  const { node } = column
  switch (node.kind) {
    case 'sql':
      return node.args.flatMap(ownColumns)
    case 'cast':
      return ownColumns(node.of)
    case 'operand':
      return []
    default:
      return [column]
  }
}

/** What a value is computed from, besides the node itself. */
interface Made {
  /** As messages name it. */
  readonly label: string
  readonly type: TypeSchema
  /** Default: if any argument may be NULL. */
  readonly nullable?: boolean
}

/** A value made of others; where one of them is of groups or windows, so is it. */
export function computed(
  { label, type, nullable }: Made,
  node: ExpressionNode,
  args: readonly ColumnSchema[] = [],
): Computed {
  return {
    property: label,
    name: label,
    type,
    nullable: nullable ?? args.some((each) => each.nullable),
    optional: true,
    over: args.some(isOverGroup) ? 'group' : 'row',
    isWindow: args.some(isWindow),
    node,
  }
}

/** `name(argument, …)`. */
export function calling(name: string, made: Omit<Made, 'label'>, args: readonly ColumnSchema[]): Computed {
  const parts = args.map((_, index) => (index === 0 ? `${name}(` : ', '))
  return computed(
    { label: `${name}(${args.map(({ property }) => property).join(', ')})`, ...made },
    { kind: 'sql', parts: args.length === 0 ? [`${name}()`] : [...parts, ')'], args },
    args,
  )
}

/** `(left operator right)`. */
export function joining(
  operator: string,
  made: Omit<Made, 'label'>,
  left: ColumnSchema,
  right: ColumnSchema,
): Computed {
  const label = `(${left.property} ${operator} ${right.property})`
  return computed(
    { label, ...made },
    { kind: 'sql', parts: ['(', ` ${operator} `, ')'], args: [left, right] },
    [left, right],
  )
}

/** How it is written as an argument of a function, for messages. */
export function asArgument({ property }: ColumnSchema): string {
  return /^[\w$.]+$/.test(property) ? `'${property}'` : property
}

/** A value as it is. */
export function sameAs(column: ColumnSchema): Computed {
  const { type, property: label } = column
  return computed({ label, type }, { kind: 'sql', parts: ['', ''], args: [column] }, [column])
}

/** A value cast to another type. */
export function castTo(type: TypeSchema, label: string, of: ColumnSchema): Computed {
  return computed({ label, type }, { kind: 'cast', of }, [of])
}
