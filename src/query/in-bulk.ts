import { FieldError, UsageError } from '../errors.js'
import { anything, checkOptions } from '../options.js'
import { baseType, type TypeSchema } from '../schema/type.js'
import { isObject } from '../types/base-type.js'
import { readingOf } from '../types/base-types.js'
import { columnOf } from './columns.js'
import { filter } from './filter/filter.js'
import { change, refuseAfterCombining, refuseAfterSlice, type QueryState } from './state.js'
import { qualifiedName } from '../schema/qualified-name.js'

/** Options of `inBulk`. */
export interface InBulkOptions {
  /** The unique field that rows are found and keyed by; default: the primary key. */
  readonly field?: string
}

/** What `inBulk` reads, and the property that its rows are keyed by. */
export interface BulkRead {
  readonly state: QueryState
  readonly property: string
}

/**
 * The rows with some keys, or all that have a key.
 *
 * @throws {@link UsageError} on a slice, a combination and after `values` or `valuesList`, for a field that is not
 * unique, not selected or not a value that a Map can be asked for; {@link FieldError} for an unknown field and for keys
 * that are not values of it.
 */
export function bulkRead(state: QueryState, args: readonly unknown[]): BulkRead {
  const { keys, field } = checkArguments(args)
  refuseAfterCombining(state, 'inBulk')
  refuseAfterSlice(state, 'inBulk')
  if (state.selection.shape !== 'model') {
    throw new UsageError(
      'Cannot call inBulk() after values() or valuesList(): its rows are whole ones. Use only().',
    )
  }
  const property = field === undefined ? soleKey(state) : field
  const column = columnOf(state.table, property)
  const label = `${qualifiedName(state.table)}.${property}`
  if (!isUnique(state, property)) {
    const choices = uniqueFields(state).join(', ') || 'none'
    throw new UsageError(`inBulk() needs a unique field, and ${label} is not. Choices: ${choices}.`)
  }
  if (!state.selection.columns.includes(column)) {
    throw new UsageError(`inBulk() by ${label} needs the field in its rows: name it in only().`)
  }
  if (isCompound(column.type)) {
    throw new UsageError(
      `inBulk() cannot key rows by ${label}: a Map finds objects by identity, and each row has its own. ` +
        'Use filter() with toArray().',
    )
  }
  const withKey = column.nullable ? filter(state, [{ [property]: { isNull: false } }], 'inBulk') : state
  if (keys === undefined) return { state: withKey, property }
  if (keys.includes(null)) throw new FieldError(`The keys of inBulk() by ${label} have a null among them.`)
  return {
    state:
      keys.length === 0
        ? change(state, { none: true })
        : filter(state, [{ [property]: { in: keys } }], 'inBulk'),
    property,
  }
}

/** Keys, options, both or neither; `undefined` for keys is more often a mistake than a wish for the whole table. */
function checkArguments(args: readonly unknown[]): { keys: readonly unknown[] | undefined; field?: string } {
  const [first, second] = args
  const keys: readonly unknown[] | undefined = Array.isArray(first) ? first : undefined
  if (keys === undefined && args.length > 0 && !(args.length === 1 && isOptions(first))) {
    throw new FieldError('inBulk() takes an array of keys; leave it out for all rows.')
  }
  const options = (keys === undefined ? first : second) ?? {}
  return { keys, ...checkOptions<InBulkOptions>(options, { field: anything }, 'inBulk') }
}

function isOptions(value: unknown): value is InBulkOptions {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Rows by the value of a property. */
export function keyedBy<R>(rows: readonly R[], property: string): Map<unknown, R> {
  // Rows are objects here: `bulkRead` refuses others.
  return new Map(rows.map((row) => [(row as Readonly<Record<string, unknown>>)[property], row]))
}

function soleKey({ table }: QueryState): string {
  const [property, ...rest] = table.primaryKey
  if (property !== undefined && rest.length === 0) return property
  const reason =
    property === undefined ? 'has no primary key' : `has a primary key of ${1 + rest.length} columns`
  throw new UsageError(
    `inBulk() of ${qualifiedName(table)}, which ${reason}, needs { field } with a unique field.`,
  )
}

function isUnique(state: QueryState, property: string): boolean {
  return uniqueFields(state).includes(property)
}

/** Fields of which no two rows of the result have the same value. */
function uniqueFields({ table, distinctOn }: QueryState): string[] {
  const keys = [table.primaryKey, ...table.uniqueKeys, distinctOn.map((column) => column.property)]
  return [...new Set(keys.flatMap((key) => (key.length === 1 ? key : [])))]
}

/** Whether values of a type are objects in TypeScript. */
function isCompound(type: TypeSchema): boolean {
  const reading = readingOf(type)
  if (reading !== undefined) return isObject(reading)
  const base = baseType(type)
  return typeof base === 'string' || base.kind !== 'enum'
}
