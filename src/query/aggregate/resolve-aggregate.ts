import { checkString } from '../../types/text/text.js'
import { FieldError, UsageError } from '../../errors.js'
import { anything, checkOptions, flag, type OptionChecks } from '../../options.js'
import type { ColumnSchema, RelationSchema, TableSchema } from '../../schema/table.js'
import { Aggregate, type AggregateOptions, type OrderedAggregateOptions } from './functions.js'
import { aggregateType } from './aggregate-type.js'
import { isOverGroup, type AggregateExpression } from './annotation.js'
import { columnsOf, findColumn, refuseUnlessName } from '../columns.js'
import type { Condition } from '../filter/condition.js'
import { choicesOf } from '../../choices.js'
import { fieldsAndRelations, firstName, firstStep } from '../related/path.js'
import { partsOf } from './grouping.js'
import { refuseUndefined } from '../lookups/operand.js'
import { describe } from '../../types/describe.js'
import { parseOrderKey } from '../order/order-key.js'
import { parseFilter, type FilterTarget } from '../filter/parse-filter.js'
import { qualifiedName } from '../../schema/qualified-name.js'

/** What an aggregate is about. */
export interface AggregateTarget extends FilterTarget {
  /** The rows of another query, whose groups are rows like any others. */
  readonly derived?: boolean
}

/** Looks an aggregate's path up and checks its options; with the type of its result. */
export function resolveAggregate(target: AggregateTarget, name: string, value: unknown) {
  if (!(value instanceof Aggregate)) {
    throw new FieldError(
      `"${name}" must be an aggregate such as count() or sum('field'), not ${describe(value)}.`,
    )
  }
  // instanceof leaves its type parameters as any.
  const given = value as Aggregate
  const { table, column, path } = followPath(target, given.path, given.function === 'count')
  const label = column ? `${qualifiedName(table)}.${column.property}` : `"${given.path}"`
  const { type, nullable, cast } = aggregateType(given.function, column?.type, label)
  const { distinct = false, filter, orderBy = [] } = optionsOf(given, label)
  const order = [orderBy].flat().map((key) => parseOrderKey(table, key))
  if (distinct && order.some((each) => each.column !== column)) {
    throw new UsageError(`${given.function}(${label}) with distinct can be ordered by that field only.`)
  }
  const aggregate: AggregateExpression = {
    function: given.function,
    path,
    column,
    key: distinct && column === undefined ? keyOf(table, given) : [],
    distinct,
    filter: filter === undefined ? undefined : aggregateFilter(target, table, filter),
    order,
    separator:
      given.function === 'stringAgg'
        ? checkString(`The separator of stringAgg(${label})`, given.separator)
        : undefined,
    cast,
  }
  return { aggregate, type, nullable }
}

/** Follows relations to a field, as in `orders.items.total`, or to rows; `table` is the one that the path ends in. */
function followPath({ table, schemas, derived = false }: AggregateTarget, path: string, counts: boolean) {
  refuseUnlessName(table, path)
  // A column of that name is there for what rows cannot be given to.
  if (path === '*' && (counts || findColumn(table, '*') === undefined)) {
    return { path: [], table, column: undefined }
  }
  const relations: RelationSchema[] = []
  let at = table
  for (let rest: string | undefined = path; rest !== undefined;) {
    const step = firstStep(at, rest)
    const isRelation = step !== undefined && step.rest === undefined
    const column = isRelation ? undefined : findColumn(at, rest)
    if (column !== undefined) {
      if (isOverGroup(column) && !derived) {
        throw new UsageError(`"${path}" is computed from whole groups, which cannot be aggregated again.`)
      }
      return { path: relations, table: at, column }
    }
    if (step === undefined) throw unknownStep(at, firstName(rest), path, !rest.includes('.'))
    // The rows of another query need not have the relation's columns.
    columnsOf(at, step.relation.columns)
    relations.push(step.relation)
    at = schemas.table(step.relation.target)
    rest = step.rest
  }
  return { path: relations, table: at, column: undefined }
}

function unknownStep(table: TableSchema, name: string, path: string, last: boolean): FieldError {
  const choices = last ? fieldsAndRelations(table) : (table.relations ?? []).map((each) => each.name)
  const within = name === path ? '' : ` (in "${path}")`
  return new FieldError(
    `${qualifiedName(table)} has no ${last ? 'field or relation' : 'relation'} "${name}"${within}. ` +
      `${choicesOf(name, choices)}.`,
  )
}

const CHECKS: OptionChecks<AggregateOptions> = { filter: anything, distinct: flag }
const ORDERED_CHECKS: OptionChecks<OrderedAggregateOptions> = { ...CHECKS, orderBy: anything }

function optionsOf({ function: name, options }: Aggregate, label: string): OrderedAggregateOptions {
  const isOrdered = name === 'arrayAgg' || name === 'stringAgg'
  const checked = checkOptions(options, isOrdered ? ORDERED_CHECKS : CHECKS, name, FieldError)
  for (const [option, value] of Object.entries(checked)) refuseUndefined(value, `${name}(${label}).${option}`)
  return checked
}

function aggregateFilter(
  { schemas, derived = false }: AggregateTarget,
  table: TableSchema,
  filter: unknown,
): Condition {
  const condition = parseFilter({ table, schemas }, filter)
  if (derived && partsOf(condition).some((part) => part.kind === 'expression')) {
    throw new UsageError(
      'aggregate() after slice(), distinct() and groups takes no callback as filter: its rows have no columns by their ' +
        'names in SQL. Filter by fields.',
    )
  }
  return condition
}

/** The primary key, by which distinct rows are told apart. */
function keyOf(table: TableSchema, { path }: Aggregate): ColumnSchema[] {
  if (path === '*')
    throw new UsageError('count() with distinct needs a field or a relation: rows are distinct.')
  if (table.primaryKey.length === 0) {
    throw new UsageError(
      `count("${path}") with distinct needs a field: ${qualifiedName(table)} has no primary key to tell rows apart by.`,
    )
  }
  return columnsOf(table, table.primaryKey)
}
