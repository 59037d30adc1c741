import { choicesOf } from '../../choices.js'
import { FieldError } from '../../errors.js'
import type { ColumnSchema } from '../../schema/table.js'
import { lookupKind, type LookupKind } from '../../types/lookup-kind.js'
import { allOf, type Condition } from '../filter/condition.js'
import { ARRAY_LOOKUPS } from './array.js'
import { COMPARABLE_LOOKUPS, EQUALITY_LOOKUPS, NULL_LOOKUPS } from './comparable.js'
import { JSON_LOOKUPS } from './json.js'
import type { Lookups } from './lookup.js'
import { isPlainObject, refuseUndefined, type LookupField } from './operand.js'
import { RANGE_LOOKUPS } from './range.js'
import { TEXT_LOOKUPS } from './text.js'

const LOOKUPS: Readonly<Record<LookupKind, Lookups>> = {
  null: NULL_LOOKUPS,
  equality: EQUALITY_LOOKUPS,
  comparable: COMPARABLE_LOOKUPS,
  text: TEXT_LOOKUPS,
  json: JSON_LOOKUPS,
  array: { ...COMPARABLE_LOOKUPS, ...ARRAY_LOOKUPS },
  unorderedArray: { ...EQUALITY_LOOKUPS, ...ARRAY_LOOKUPS },
  range: RANGE_LOOKUPS,
  multirange: RANGE_LOOKUPS,
}

/** What is asked of one column: `value`, or an object of lookups, all of which must hold. */
export function parseLookups(field: LookupField, value: unknown): Condition {
  if (!isPlainObject(value)) return parseLookup(field, 'exact', value)
  const entries = Object.entries(value)
  if (entries.length === 0) {
    throw new FieldError(`The condition on ${field.label} has no lookup. ${choices(field)}`)
  }
  return allOf(entries.map(([name, operand]) => parseLookup(field, name, operand)))
}

function parseLookup(field: LookupField, name: string, operand: unknown): Condition {
  refuseUndefined(operand, `${field.label}.${name}`)
  // Where values cannot be compared, they can still be compared with NULL.
  if (name === 'exact' && operand === null) return { kind: 'isNull', column: field.column, isNull: true }
  const lookups = lookupsOf(field)
  const lookup = Object.hasOwn(lookups, name) ? lookups[name] : undefined
  if (lookup === undefined) {
    throw new FieldError(`${field.label} has no lookup "${name}". ${choices(field, name)}`)
  }
  return lookup(field, operand, name)
}

/** Whether a value is an object of a column's lookups, and not a value of its own. */
export function areLookups(column: ColumnSchema, value: unknown): boolean {
  if (!isPlainObject(value)) return false
  const names = lookupNames(column)
  return Object.keys(value).every((name) => names.includes(name))
}

/** The lookups that a column has. */
export function lookupNames(column: ColumnSchema): string[] {
  return Object.keys(LOOKUPS[lookupKind(column.type)])
}

function lookupsOf({ column }: LookupField): Lookups {
  return LOOKUPS[lookupKind(column.type)]
}

function choices(field: LookupField, name?: string): string {
  const names = choicesOf(name, lookupNames(field.column))
  return `${names}. A value that is an object goes into { exact: … }.`
}
