import { FieldError, UsageError } from '../../errors.js'
import { qualifiedName } from '../../schema/qualified-name.js'
import { codecFor } from '../../types/codec-for.js'
import { isRecord } from '../assignment.js'
import { columnsOf } from '../columns.js'
import { filter } from './filter.js'
import { refuseAfter, type QueryState } from '../state.js'

/** The rows of a query that have the key of this one, and whether one that was read has. */
export function rowAmong(state: QueryState, row: unknown) {
  if (state.selection.shape !== 'model') {
    throw new UsageError(
      'Cannot call contains() after values() or valuesList(): call it before, of whole rows.',
    )
  }
  refuseAfter(state, 'contains', 'union', 'slice')
  const { table } = state
  if (table.primaryKey.length === 0) {
    throw new UsageError(
      `contains() finds a row by its primary key, which ${qualifiedName(table)} does not have.`,
    )
  }
  const key = columnsOf(table, table.primaryKey).map((column) => ({
    property: column.property,
    encode: codecFor(column.type).encode,
  }))
  const given: Record<string, unknown> = isRecord(row) ? row : {}
  const missing = key.find(({ property }) => !Object.hasOwn(given, property) || given[property] === null)
  if (missing !== undefined) {
    throw new FieldError(
      `contains() of ${qualifiedName(table)} takes a row, or an object with its key: "${missing.property}" is missing.`,
    )
  }
  const exact = key.map(({ property }) => [property, { exact: given[property] }])
  const isSame = (other: unknown): boolean =>
    isRecord(other) &&
    key.every(({ property, encode }) => String(encode(other[property])) === String(encode(given[property])))
  return { state: filter(state, [Object.fromEntries(exact)], 'contains'), isSame }
}
