import { FieldError, UsageError } from '../../errors.js'
import { anything, checkOptions, flag, type OptionChecks } from '../../options.js'
import { qualifiedName } from '../../schema/qualified-name.js'
import type { ColumnSchema, TableSchema } from '../../schema/table.js'
import { checkString } from '../../types/text/text.js'
import { columnsOf } from '../columns.js'
import {
  isWindow,
  leadsToMany,
  type AggregateExpression,
  type Computed,
  type WindowClause,
} from '../expression/computed.js'
import type { ExpressionTarget } from '../expression/resolve.js'
import type { Condition } from '../filter/condition.js'
import { parseFilter } from '../filter/parse-filter.js'
import { refuseUndefined } from '../lookups/operand.js'
import { parseOrderKey } from '../order/order-key.js'
import { isSame } from '../expression/same.js'
import { bindOuter } from '../expression/outer-row.js'
import { aggregatedRows, nestedWindow, windowedRows, type AggregatedRows } from './aggregated-rows.js'
import { aggregateType } from './aggregate-type.js'
import type { AggregateFunction } from './function-names.js'
import { refuseWindows } from './grouping.js'
import type { AggregateOptions, OrderedAggregateOptions } from './options.js'

/** An aggregate as it is given. */
export interface GivenAggregate {
  readonly function: AggregateFunction
  readonly path: unknown
  readonly options: object
  readonly separator: string | undefined
}

/** Looks up what an aggregate is over and checks its options. */
export function resolveAggregate(
  target: ExpressionTarget,
  given: GivenAggregate,
  window?: WindowClause,
): Computed {
  // A window is over the rows or groups that there are, each of which has its own value.
  const over = window === undefined ? target.over : (target.over ?? 'row')
  const name = typeof given.path === 'string' ? given.path : 'an expression'
  if (over === undefined) {
    throw new UsageError(
      `${given.function}(${typeof given.path === 'string' ? `'${name}'` : '…'}) is computed from several rows, and cannot ` +
        'stand where a value of one row is asked for: annotate() it under a name, and filter by that.',
    )
  }
  const { table, column, path } =
    window === undefined
      ? aggregatedRows(target, given.path, given.function === 'count')
      : windowedRows(target, given.path)
  const label = column ? `${qualifiedName(table)}.${column.property}` : `"${name}"`
  const { type, nullable, cast } = aggregateType(given.function, column?.type, label)
  const { distinct = false, filter, orderBy = [] } = optionsOf(given, label)
  const rows = { table, schemas: target.schemas }
  const order = [orderBy].flat().map((key) => parseOrderKey(rows, key))
  const windowed = order.find((each) => isWindow(each.column))
  if (windowed !== undefined) throw nestedWindow(windowed.column)
  if (distinct && order.some((each) => !isSame(each.column, column))) {
    throw new UsageError(`${given.function}(${label}) with distinct can be ordered by that field only.`)
  }
  const aggregate: AggregateExpression = {
    function: given.function,
    path,
    column,
    key: distinct && column === undefined ? keyOf(table, name) : [],
    distinct,
    filter: filter === undefined ? undefined : aggregateFilter(target, { path, table, window }, filter),
    order,
    separator:
      given.function === 'stringAgg'
        ? checkString(`The separator of stringAgg(${label})`, given.separator)
        : undefined,
    cast,
    ...(window && { window }),
  }
  const property = `${given.function}(${name})`
  if (window === undefined) {
    refuseOwnRows(target, property, aggregate)
    if (over === 'group') refuseIndivisible(property, aggregate)
  } else refuseInWindow(property, aggregate)
  return {
    property,
    name: property,
    type,
    nullable,
    optional: true,
    over,
    isWindow: window !== undefined,
    node: { kind: 'aggregate', aggregate },
  }
}

function refuseOwnRows({ over, table }: ExpressionTarget, name: string, { path }: AggregateExpression): void {
  if (over === 'group' || path.length > 0) return
  throw new UsageError(
    `${name} aggregates ${qualifiedName(table)} itself, of which each row is but one. Group with values() ` +
      "first, as in values('status').annotate({ n: count() }), name a relation, as in count('posts'), call aggregate(), " +
      'or look at other rows as well by over().',
  )
}

/** Those whose value over all rows is put together from their values over some of them. */
const DIVISIBLE: readonly AggregateFunction[] = [
  ...(['count', 'sum', 'avg', 'min', 'max', 'boolAnd', 'boolOr'] as const),
  ...(['bitAnd', 'bitOr', 'bitXor', 'anyValue'] as const),
]

/** The values of a group cannot be put together from those of its rows where the aggregate needs all of them at once. */
function refuseIndivisible(name: string, aggregate: AggregateExpression): void {
  const { function: which, distinct } = aggregate
  if (!leadsToMany(aggregate) || (!distinct && DIVISIBLE.includes(which))) return
  throw new UsageError(
    `"${name}": ${which}${distinct ? ' with distinct' : ''} over a relation to many rows needs a row of its own to be ` +
      'computed for: call annotate() without values(), or start from the related repository.',
  )
}

function refuseInWindow(name: string, { distinct, order }: AggregateExpression): void {
  const reason = distinct
    ? 'has distinct, which PostgreSQL does not have for windows'
    : order.length > 0
      ? 'has an order of its own, which PostgreSQL does not have for windows: order the window'
      : undefined
  if (reason !== undefined) throw new UsageError(`${name}.over() ${reason}.`)
}

const CHECKS: OptionChecks<AggregateOptions> = { filter: anything, distinct: flag }
const ORDERED_CHECKS: OptionChecks<OrderedAggregateOptions> = { ...CHECKS, orderBy: anything }

function optionsOf({ function: name, options }: GivenAggregate, label: string): OrderedAggregateOptions {
  const isOrdered = name === 'arrayAgg' || name === 'stringAgg' || name === 'jsonbAgg'
  const checked = checkOptions(options, isOrdered ? ORDERED_CHECKS : CHECKS, name, FieldError)
  for (const [option, value] of Object.entries(checked)) refuseUndefined(value, `${name}(${label}).${option}`)
  return checked
}

function aggregateFilter(
  target: ExpressionTarget,
  {
    path,
    table,
    window,
  }: Pick<AggregatedRows, 'path' | 'table'> & { readonly window: WindowClause | undefined },
  filter: unknown,
): Condition {
  const { schemas } = target
  const parsed = parseFilter(window === undefined ? { table, schemas } : target, filter)
  refuseWindows(parsed, 'An aggregate cannot be filtered')
  return path.length === 0 ? parsed : bindOuter(parsed, target, path.length)
}

/** The primary key, by which distinct rows are told apart. */
function keyOf(table: TableSchema, path: string): ColumnSchema[] {
  if (path === '*')
    throw new UsageError('count() with distinct needs a field or a relation: rows are distinct.')
  if (table.primaryKey.length === 0) {
    throw new UsageError(
      `count("${path}") with distinct needs a field: ${qualifiedName(table)} has no primary key to tell rows apart by.`,
    )
  }
  return columnsOf(table, table.primaryKey)
}
