import { FieldError, OptionError, UsageError } from '../errors.js'
import { fieldsOf, refuseUngrouped, refuseUngroupedConditions } from './aggregate/grouping.js'
import { columnOf, columnsOf, tableName } from './columns.js'
import { combinedFields, refuseOutsideCombination, wrapped } from './combine.js'
import type { Condition } from './filter/condition.js'
import { excludeEverything } from './filter/decide-condition.js'
import { refuseOtherOrder } from './order/distinct.js'
import { lookupKind } from './lookup-kind.js'
import { isPlainObject } from './lookups/operand.js'
import { parseFilter } from './filter/parse-filter.js'
import {
  change,
  isSliced,
  refuseAfterCombining,
  refuseAfterSlice,
  refuseAfterValues,
  type QueryState,
} from './state.js'

export { distinctRows } from './order/distinct.js'

export function filtered(state: QueryState, filters: readonly unknown[], method = 'filter'): QueryState {
  refuseAfterSlice(state, method)
  refuseAfterCombining(state, method)
  return restricted(
    state,
    filters.map((filter) => parseFilter(state, filter)),
  )
}

export function excluded(state: QueryState, filters: readonly unknown[]): QueryState {
  refuseAfterSlice(state, 'exclude')
  refuseAfterCombining(state, 'exclude')
  const conditions = filters.map((filter) => parseFilter(state, filter))
  if (conditions.length === 0) return state
  return restricted(state, [{ kind: 'not', condition: { kind: 'and', conditions } }])
}

function restricted(state: QueryState, conditions: readonly Condition[]): QueryState {
  refuseUngroupedConditions(state, conditions)
  return change(state, {
    conditions: [...state.conditions, ...conditions],
    none: state.none || excludeEverything(conditions),
  })
}

/** Replaces the order; without keys the result is unordered again. */
export function ordered(state: QueryState, keys: readonly string[]): QueryState {
  refuseAfterSlice(state, 'orderBy')
  const order = keys.map((key) => {
    if (typeof key !== 'string') {
      throw new FieldError(`orderBy of ${tableName(state.table)} takes field names such as "-createdAt".`)
    }
    const exact = state.table.columns.find((column) => column.property === key)
    if (exact !== undefined) return { column: exact, descending: false }
    return { column: columnOf(state.table, key.replace(/^-/, '')), descending: key.startsWith('-') }
  })
  refuseOutsideCombination(
    state,
    order.map(({ column }) => column.property),
    'orderBy',
  )
  for (const { column } of order) refuseUngrouped(state, column, 'orderBy')
  refuseOtherOrder(state, state.distinctOn, order)
  return change(state, { order })
}

/** Turns the order around, that of the primary key when there is none. */
export function reversed(state: QueryState): QueryState {
  refuseAfterSlice(state, 'reverse')
  return change(state, {
    order: orderedByDefault(state).order.map(({ column, descending }) => ({
      column,
      descending: !descending,
    })),
  })
}

/** Slices compose: the second counts within the first. */
export function sliced(state: QueryState, start: number, end: number | undefined): QueryState {
  for (const [name, value] of Object.entries({ start, end: end ?? 0 })) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new UsageError(`slice(start, end) takes whole numbers from 0: ${name} is ${String(value)}.`)
    }
  }
  const from = state.limit === undefined ? start : Math.min(start, state.limit)
  const room = state.limit === undefined ? Infinity : state.limit - from
  const length = Math.min(room, end === undefined ? Infinity : Math.max(0, end - start))
  return change(state, {
    offset: state.offset + from,
    limit: length === Infinity ? undefined : length,
    none: state.none || length === 0,
  })
}

/** Narrows rows to some fields; the primary key is always among them. Without fields to all of them. */
export function narrowed(state: QueryState, properties: readonly string[]): QueryState {
  refuseAfterValues(state, 'only')
  refuseAfterCombining(state, 'only')
  if (properties.length === 0) {
    return change(state, { selection: { ...state.selection, columns: state.table.columns } })
  }
  const wanted = new Set([
    ...state.table.primaryKey,
    ...columnsOf(state.table, properties).map((c) => c.property),
  ])
  return change(state, {
    selection: {
      ...state.selection,
      columns: state.table.columns.filter((column) => wanted.has(column.property)),
    },
  })
}

/** Leaves fields out of the rows; the primary key stays. */
export function deferred(state: QueryState, properties: readonly string[]): QueryState {
  refuseAfterValues(state, 'defer')
  refuseAfterCombining(state, 'defer')
  const unwanted = new Set(columnsOf(state.table, properties).map((column) => column.property))
  for (const key of state.table.primaryKey) unwanted.delete(key)
  return change(state, {
    selection: {
      ...state.selection,
      columns: state.selection.columns.filter((column) => !unwanted.has(column.property)),
    },
  })
}

/** Rows of exactly these fields, of all without any. */
export function valued(state: QueryState, properties: readonly string[]): QueryState {
  const columns = properties.length === 0 ? fieldsOf(state) : columnsOf(state.table, [...new Set(properties)])
  for (const column of columns) refuseUngrouped(state, column, 'values')
  refuseOutsideCombination(
    state,
    columns.map(({ property }) => property),
    'values',
  )
  return change(state, { selection: { columns, shape: 'object', related: [], prefetches: [] } })
}

/** The fields and the option of `valuesList`. @throws {@link OptionError} for another option. */
export function listArguments(args: readonly unknown[]): { fields: readonly string[]; flat: boolean } {
  const last = args.at(-1)
  // Whatever else is among them is refused as a field.
  if (!isPlainObject(last)) return { fields: args as readonly string[], flat: false }
  for (const [name, value] of Object.entries(last)) {
    if (name !== 'flat') throw new OptionError(`valuesList() has no option "${name}". Choices: flat.`)
    if (value !== undefined && typeof value !== 'boolean') {
      throw new OptionError('The option flat of valuesList() is true or false.')
    }
  }
  return { fields: args.slice(0, -1) as string[], flat: last.flat === true }
}

/** Tuples of exactly these fields, or the bare values of one. */
export function listed(state: QueryState, properties: readonly string[], flat: boolean): QueryState {
  const columns = properties.length === 0 ? fieldsOf(state) : columnsOf(state.table, properties)
  for (const column of columns) refuseUngrouped(state, column, 'valuesList')
  refuseOutsideCombination(
    state,
    columns.map(({ property }) => property),
    'valuesList',
  )
  if (flat && properties.length !== 1) {
    throw new UsageError(`valuesList with { flat: true } takes exactly one field, not ${properties.length}.`)
  }
  return change(state, {
    selection: { columns, shape: flat ? 'value' : 'tuple', related: [], prefetches: [] },
  })
}

/** Says that every row is meant, where there is no filter. */
export function unrestricted(state: QueryState): QueryState {
  return change(state, { all: true })
}

export function emptied(state: QueryState): QueryState {
  return change(state, { none: true })
}

/** In the order of the primary key unless there is an order already: what `first` and `last` go by. */
export function orderedByDefault(state: QueryState): QueryState {
  if (state.order.length > 0 || isSliced(state)) return state
  const { primaryKey } = state.table
  if (state.distinctOn.length > 0) {
    return ordered(state, [...state.distinctOn.map((column) => column.property), ...primaryKey])
  }
  const selected = state.selection.columns
    .filter((column) => lookupKind(column.type) !== 'null')
    .map((column) => column.property)
  const fields = combinedFields(state) ?? (state.distinct || state.groupBy ? selected : primaryKey)
  // Rows of DISTINCT and of a combination can only be sorted by what they have.
  const sortable = primaryKey.every((property) => fields.includes(property))
  return ordered(state, sortable ? primaryKey : selected)
}

/** In the opposite order: what `last` goes by. */
export function lastFirst(state: QueryState): QueryState {
  refuseAfterSlice(state, 'last')
  const inOrder = orderedByDefault(state)
  // To turn the order of DISTINCT ON around would leave other rows.
  if (state.distinctOn.length > 0) {
    const keys = inOrder.order.map(({ column, descending }) => `${descending ? '-' : ''}${column.property}`)
    const { selection } = inOrder
    const columns = [...new Set([...selection.columns, ...inOrder.order.map(({ column }) => column)])]
    const rows = wrapped(change(inOrder, { selection: { ...selection, columns } }))
    return change(reversed(ordered(rows, keys)), { selection })
  }
  if (inOrder.order.length === 0) {
    throw new UsageError(
      `last() needs an order: ${tableName(state.table)} has no primary key to go by. Call orderBy() first.`,
    )
  }
  return reversed(inOrder)
}
