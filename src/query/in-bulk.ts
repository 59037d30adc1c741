import { choicesOf } from '../choices.js'
import { FieldError, UsageError } from '../errors.js'
import { abortSignal, anything, checkOptions } from '../options.js'
import { baseType, type TypeSchema } from '../schema/type.js'
import { isObject } from '../types/base-type.js'
import { readingOf } from '../types/base-types.js'
import { columnOf } from './columns.js'
import { filter } from './filter/filter.js'
import { isPlainObject } from './lookups/operand.js'
import { refuseAfter, type QueryState } from './state.js'
import { qualifiedName } from '../schema/qualified-name.js'

interface BulkOptions {
  readonly field?: string
  readonly signal?: AbortSignal
}

interface BulkArguments extends BulkOptions {
  readonly keys: readonly unknown[] | undefined
}

/** The rows with some keys, or all that have a key, and the property that they are keyed by. */
export function bulkRead(state: QueryState, args: readonly unknown[]) {
  const { keys, field, ...options } = checkArguments(args)
  refuseAfter(state, 'inBulk', 'union', 'slice')
  if (state.selection.shape !== 'model') {
    throw new UsageError(
      'Cannot call inBulk() after values() or valuesList(): its rows are whole ones. Use only().',
    )
  }
  const property = field === undefined ? soleKey(state) : field
  const column = columnOf(state.table, property)
  const label = `${qualifiedName(state.table)}.${property}`
  const unique = uniqueFields(state)
  if (!unique.includes(property)) {
    throw new UsageError(
      `inBulk() needs a unique field, and ${label} is not. ${choicesOf(property, unique)}.`,
    )
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
  if (keys?.includes(null)) throw new FieldError(`The keys of inBulk() by ${label} have a null among them.`)
  const isWanted = keys === undefined ? { isNull: false } : { in: keys }
  const isAll = keys === undefined && !column.nullable
  return { state: isAll ? state : filter(state, [{ [property]: isWanted }], 'inBulk'), property, options }
}

/** Keys, options, both or neither; `undefined` for keys is more often a mistake than a wish for the whole table. */
function checkArguments(args: readonly unknown[]): BulkArguments {
  const [first, second] = args
  const keys: readonly unknown[] | undefined = Array.isArray(first) ? first : undefined
  if (keys === undefined && args.length > 0 && !(args.length === 1 && isPlainObject(first))) {
    throw new FieldError('inBulk() takes an array of keys; leave it out for all rows.')
  }
  const options: BulkOptions = (keys === undefined ? first : second) ?? {}
  return { keys, ...checkOptions(options, { field: anything, signal: abortSignal }, 'inBulk') }
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
