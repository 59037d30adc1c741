import { FieldError, UsageError } from '../errors.js'
import { checkOptions, flag } from '../options.js'
import { qualifiedName } from '../schema/qualified-name.js'
import type { ColumnSchema } from '../schema/table.js'
import { describe } from '../types/describe.js'
import { expressionTarget, named, refuseTakenName, withColumns } from './aggregate/annotate.js'
import { fieldsOf, refuseUngrouped } from './aggregate/grouping.js'
import { findColumn, propertiesOf } from './columns.js'
import { refuseOutsideCombination } from './combine.js'
import { isComputed, sameAs, type Computed } from './expression/computed.js'
import { columnNamed, isExpression, resolveArgument } from './expression/resolve.js'
import { isPlainObject } from './lookups/operand.js'
import { deferRelated, onlyRelated, splitPaths } from './related/narrow.js'
import { change, refuseAfter, type QueryState, type Selection } from './state.js'

/**
 * Narrows rows to some fields, of joined rows as well; primary keys are always among them, and so is what was annotated.
 * Without fields to all of them.
 */
export function only(state: QueryState, paths: readonly string[]): QueryState {
  refuseAfter(state, 'only', 'values', 'union')
  const { table, selection } = state
  if (paths.length === 0) return narrow(state, table.columns, () => true)
  const { columns, beyond } = splitPaths(table, paths)
  const related = onlyRelated(state.schemas, { table, related: selection.related }, beyond)
  const isWanted = (column: ColumnSchema) => columns.includes(column) || isComputed(column)
  return narrow(change(state, { selection: { ...selection, related } }), table.columns, isWanted)
}

/** Leaves fields out of the rows, of joined rows as well; primary keys stay. */
export function defer(state: QueryState, paths: readonly string[]): QueryState {
  refuseAfter(state, 'defer', 'values', 'union')
  const { table, selection } = state
  const { columns, beyond } = splitPaths(table, paths)
  const related = deferRelated({ table, related: selection.related }, beyond)
  return narrow(
    change(state, { selection: { ...selection, related } }),
    selection.columns,
    (column) => !columns.includes(column),
  )
}

function narrow(
  state: QueryState,
  from: readonly ColumnSchema[],
  isWanted: (column: ColumnSchema) => boolean,
): QueryState {
  const { primaryKey } = state.table
  const columns = from.filter((column) => primaryKey.includes(column.property) || isWanted(column))
  return change(state, { selection: { ...state.selection, columns } })
}

/**
 * Rows of exactly these fields, of all without any: a path across relations is in an object of theirs,
 * `{ author: { name } }`; an object names fields and expressions, `{ authorName: 'author.name', month: trunc(…) }`.
 */
export function values(state: QueryState, args: readonly unknown[]): QueryState {
  let { table } = state
  const columns: ColumnSchema[] = []
  const added: ColumnSchema[] = []
  for (const arg of args) {
    if (!isPlainObject(arg)) {
      columns.push(fieldOf(state, arg, 'values'))
      continue
    }
    for (const [name, value] of Object.entries(arg)) {
      const column = namedValue({ ...state, table }, name, value)
      if (findColumn(table, column.property) !== column) {
        added.push(column)
        table = { ...table, columns: [...table.columns, column] }
      }
      columns.push(column)
    }
  }
  const target = added.length === 0 ? state : withColumns(state, added)
  return select(target, [...new Set(columns)], 'values', 'object')
}

/** Tuples of exactly these fields, or with `{ flat: true }` the bare values of one: fields and expressions, then options. */
export function valuesList(state: QueryState, args: readonly unknown[]): QueryState {
  const last = args.at(-1)
  const hasOptions = isPlainObject(last) && !isExpression(last)
  const options: { flat?: boolean } = hasOptions ? last : {}
  const { flat = false } = checkOptions(options, { flat: flag }, 'valuesList')
  const fields = hasOptions ? args.slice(0, -1) : args
  const target = expressionTarget(state, 'valuesList')
  const columns = fields.map((each) =>
    isExpression(each) ? resolveArgument(target, each) : fieldOf(state, each, 'valuesList'),
  )
  const selected = select(state, columns, 'valuesList', flat ? 'value' : 'tuple')
  if (flat && fields.length !== 1) {
    throw new UsageError(`valuesList with { flat: true } takes exactly one field, not ${fields.length}.`)
  }
  return selected
}

/** A field by its path, which says where in the row it goes. */
function fieldOf(state: QueryState, path: unknown, method: string): ColumnSchema {
  if (typeof path !== 'string') {
    throw new FieldError(
      `${method}() of ${qualifiedName(state.table)} takes the paths of fields, not ${describe(path)}.` +
        (isExpression(path) ? ' An expression needs a name: values({ n: … }).' : ''),
    )
  }
  const column = columnNamed(expressionTarget(state, method), path)
  // What was annotated has its own name, also where it is a field across relations.
  if (findColumn(state.table, path) !== undefined || state.groupBy?.includes(column) === true) return column
  if (!isComputed(column) || column.node.kind !== 'related' || column.property !== path) return column
  const within = [...column.node.path.map(({ name }) => name), column.node.column.property]
  const placed: Computed = { ...column, within }
  return placed
}

function namedValue(state: QueryState, name: string, value: unknown): ColumnSchema {
  const target = expressionTarget(state, 'values')
  if (typeof value !== 'string' && !isExpression(value)) {
    throw new FieldError(
      `values({ ${name}: … }) takes the path of a field or an expression, not ${describe(value)}.`,
    )
  }
  const column = resolveArgument(target, value)
  if (column.property === name && findColumn(state.table, name) === column) return column
  refuseTakenName(state.table, name)
  const given = named(name, isComputed(column) ? column : sameAs(column))
  const ofGroups: Computed = { ...given, over: 'group' }
  return state.groupBy === undefined ? given : ofGroups
}

function select(
  state: QueryState,
  given: readonly ColumnSchema[],
  method: string,
  shape: Selection['shape'],
): QueryState {
  const columns = given.length === 0 ? fieldsOf(state) : given
  refuseUngrouped(state, columns, method)
  refuseOutsideCombination(state, propertiesOf(columns), method)
  return change(state, { selection: { columns, shape, related: [], prefetches: [] } })
}
