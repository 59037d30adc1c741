import { FieldError, UsageError } from '../errors.js'
import type { SchemaRegistry } from '../schema/registry.js'
import type { RelationSchema } from '../schema/relation.js'
import type { ColumnSchema, TableSchema } from '../schema/table.js'
import { Aggregate } from './aggregate.js'
import { aggregateType, type AggregateType } from './aggregate-type.js'
import { isOverGroup, type AggregateExpression, type AggregateOrdering } from './annotation.js'
import { columnOf, columnsOf, tableName } from './columns.js'
import type { Condition } from './condition.js'
import { findRelation } from './find-relation.js'
import { partsOf } from './grouping.js'
import { isPlainObject, refuseUndefined, show } from './lookups/operand.js'
import { parseFilter } from './parse-filter.js'

/** What an aggregate is about: a table, and where its relations find theirs. */
export interface AggregateTarget {
  readonly table: TableSchema
  readonly schemas: SchemaRegistry
  /** The rows of another query, whose groups are rows like any others. */
  readonly derived?: boolean
}

/** An aggregate that was looked up, with the type of its result. */
export interface ResolvedAggregate {
  readonly aggregate: AggregateExpression
  readonly result: AggregateType
}

/**
 * Looks an aggregate's path up and checks its options.
 *
 * @throws {@link FieldError} for an unknown field, relation or option, and for a field that the aggregate does not
 * take.
 */
export function resolveAggregate(target: AggregateTarget, name: string, value: unknown): ResolvedAggregate {
  if (!(value instanceof Aggregate)) {
    throw new FieldError(
      `"${name}" must be an aggregate such as count() or sum('field'), not ${show(value)}.`,
    )
  }
  const given = value as Aggregate
  const { table, column, path } = followPath(target, given.path)
  const label = column ? `${tableName(table)}.${column.property}` : `"${given.path}"`
  const result = aggregateType(given.function, column?.type, label)
  const { distinct, filter, orderBy } = checkOptions(given, label)
  const order = orderBy.map((key) => aggregateOrdering(table, key))
  if (distinct && order.some((each) => each.column !== column)) {
    throw new UsageError(`${given.function}(${label}) with distinct can be ordered by that field only.`)
  }
  return {
    aggregate: {
      function: given.function,
      path,
      column,
      key: distinct && column === undefined ? keyOf(table, given) : [],
      distinct,
      filter: filter === undefined ? undefined : aggregateFilter(target, table, filter),
      order,
      separator: given.separator,
      cast: result.cast,
    },
    result,
  }
}

interface PathEnd {
  readonly path: readonly RelationSchema[]
  /** Where the path ends. */
  readonly table: TableSchema
  readonly column: ColumnSchema | undefined
}

/** Follows relations to a field, as in `orders.items.total`, or to rows. */
function followPath({ table, schemas, derived = false }: AggregateTarget, path: string): PathEnd {
  if (path === '*') return { path: [], table, column: undefined }
  const relations: RelationSchema[] = []
  let at = table
  const names = path.split('.')
  for (const [index, name] of names.entries()) {
    const relation = findRelation(at, name)
    if (relation === undefined) {
      if (index < names.length - 1) throw unknownStep(at, name, path, false)
      const column = at.columns.find((each) => each.property === name)
      if (column === undefined) throw unknownStep(at, name, path, true)
      if (isOverGroup(column) && !derived) {
        throw new UsageError(`"${path}" is computed from whole groups, which cannot be aggregated again.`)
      }
      return { path: relations, table: at, column }
    }
    // The rows of another query need not have the relation's columns.
    columnsOf(at, relation.columns)
    relations.push(relation)
    at = schemas.table(relation.target)
  }
  return { path: relations, table: at, column: undefined }
}

function unknownStep(table: TableSchema, name: string, path: string, last: boolean): FieldError {
  const relations = (table.relations ?? []).map((each) => each.name)
  const choices = last ? [...table.columns.map((each) => each.property), ...relations] : relations
  const within = name === path ? '' : ` (in "${path}")`
  return new FieldError(
    `${tableName(table)} has no ${last ? 'field or relation' : 'relation'} "${name}"${within}. ` +
      (choices.length === 0 ? 'It has none.' : `Choices: ${choices.join(', ')}.`),
  )
}

interface CheckedOptions {
  readonly distinct: boolean
  readonly filter: unknown
  readonly orderBy: readonly unknown[]
}

const ORDERED = new Set(['arrayAgg', 'stringAgg'])

function checkOptions({ function: name, options }: Aggregate, label: string): CheckedOptions {
  if (!isPlainObject(options)) {
    throw new FieldError(`The options of ${name}(${label}) must be an object, not ${show(options)}.`)
  }
  const known = ['filter', 'distinct', ...(ORDERED.has(name) ? ['orderBy'] : [])]
  for (const [option, value] of Object.entries(options)) {
    if (!known.includes(option)) {
      throw new FieldError(`${name}(${label}) has no option "${option}". Choices: ${known.join(', ')}.`)
    }
    refuseUndefined(value, `${name}(${label}).${option}`)
  }
  const { distinct = false, filter, orderBy = [] } = options
  if (typeof distinct !== 'boolean') {
    throw new FieldError(`${name}(${label}).distinct is true or false, not ${show(distinct)}.`)
  }
  return { distinct, filter, orderBy: Array.isArray(orderBy) ? orderBy : [orderBy] }
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

function aggregateOrdering(table: TableSchema, key: unknown): AggregateOrdering {
  if (typeof key !== 'string') {
    throw new FieldError(`orderBy takes field names such as "-createdAt", not ${show(key)}.`)
  }
  const exact = table.columns.find((column) => column.property === key)
  if (exact !== undefined) return { column: exact, descending: false }
  return { column: columnOf(table, key.replace(/^-/, '')), descending: key.startsWith('-') }
}

/** The primary key, by which distinct rows are told apart. */
function keyOf(table: TableSchema, { path }: Aggregate): ColumnSchema[] {
  if (path === '*')
    throw new UsageError('count() with distinct needs a field or a relation: rows are distinct.')
  if (table.primaryKey.length === 0) {
    throw new UsageError(
      `count("${path}") with distinct needs a field: ${tableName(table)} has no primary key to tell rows apart by.`,
    )
  }
  return columnsOf(table, table.primaryKey)
}
