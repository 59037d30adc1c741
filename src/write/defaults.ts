import { FieldError } from '../errors.js'
import { hasFields, isRecord } from '../query/assignment.js'
import { isFunction } from '../query/scoped/table-scope.js'
import type { QueryState } from '../query/state.js'
import { qualifiedName } from '../schema/qualified-name.js'
import { describe } from '../types/describe.js'

type Values = Readonly<Record<string, unknown>>

/** What new rows of the table get that do not say it, asked for now; undefined where nothing is. */
export function defaultsOf({ table, schemas }: Pick<QueryState, 'table' | 'schemas'>): Values | undefined {
  const given = schemas.rulesOf(table)?.defaults ?? []
  if (given.length === 0) return undefined
  return Object.assign({}, ...given.map((each) => valuesOf(qualifiedName(table), each))) as Values
}

function valuesOf(table: string, given: unknown): Values {
  const values = isFunction(given) ? given() : given
  if (isRecord(values)) return values
  throw new FieldError(
    `The defaults of ${table} are an object such as { field: value }, or a function that gives one, not ${describe(values)}.`,
  )
}

/** A row with the defaults of what it does not say. What is no row is left to who says so. */
export function withDefaults(row: unknown, defaults: Values | undefined): unknown {
  return defaults === undefined || !hasFields(row) ? row : { ...defaults, ...row }
}

type Rows = Iterable<unknown> | AsyncIterable<unknown>

/** The same for many rows: an array stays one, and of what is read bit by bit each gets them as it comes. */
export function eachWithDefaults(rows: Rows, defaults: Values | undefined): Rows {
  if (defaults === undefined) return rows
  if (Array.isArray(rows)) return rows.map((row) => withDefaults(row, defaults))
  return Symbol.asyncIterator in rows ? readAsync(rows, defaults) : read(rows, defaults)
}

async function* readAsync(
  rows: AsyncIterable<unknown>,
  defaults: Values,
): AsyncGenerator<unknown, undefined> {
  for await (const row of rows) yield withDefaults(row, defaults)
  return undefined
}

function* read(rows: Iterable<unknown>, defaults: Values): Generator<unknown, undefined> {
  for (const row of rows) yield withDefaults(row, defaults)
  return undefined
}
