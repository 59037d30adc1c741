import { abortSignal } from '../../options.js'
import type { CallOptions } from '../../kysely/abortable.js'
import { propertiesOf } from '../../query/columns.js'
import type { TableSchema } from '../../schema/table.js'

/** What a method of any number of arguments was given, and the options behind them. */
export interface GivenWithOptions<T> {
  readonly args: readonly T[]
  readonly options: CallOptions | undefined
}

/**
 * Tells options from the arguments before them: by their signal, which is no value of any column. One that is undefined is
 * an option, too, unless the table has a field of that name.
 */
export function argumentsAndOptions<T>(
  table: TableSchema,
  given: readonly (T | CallOptions)[],
): GivenWithOptions<T> {
  const last = given.at(-1)
  // What are no options are arguments.
  if (!isOptions(table, last)) return { args: given as readonly T[], options: undefined }
  return { args: given.slice(0, -1) as readonly T[], options: last }
}

function isOptions({ columns, relations = [] }: TableSchema, value: unknown): value is CallOptions {
  if (typeof value !== 'object' || value === null) return false
  const [name, ...others] = Object.keys(value)
  if (name !== 'signal' || others.length > 0) return false
  const { signal } = value as CallOptions
  if (signal !== undefined) return abortSignal(signal) === undefined
  return ![...propertiesOf(columns), ...relations.map((each) => each.name)].includes(name)
}

/** The options of all that runs among others, which are checked where they are used. */
export function signalAmong(options: CallOptions | undefined): CallOptions | undefined {
  const signal = options?.signal
  return signal === undefined ? undefined : { signal }
}
