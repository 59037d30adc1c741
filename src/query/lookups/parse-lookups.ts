import { choicesOf } from '../../choices.js'
import { FieldError } from '../../errors.js'
import type { ColumnSchema } from '../../schema/table.js'
import { serverType } from '../../schema/type.js'
import { lookupKind, type LookupKind } from '../../types/lookup-kind.js'
import { allOf, type Condition } from '../filter/condition.js'
import { ARRAY_LOOKUPS } from './array.js'
import { COMPARABLE_LOOKUPS, EQUALITY_LOOKUPS, NULL_LOOKUPS } from './comparable.js'
import { JSON_LOOKUPS } from './json.js'
import type { Lookups } from './lookup.js'
import { isPlainObject, refuseUndefined, type LookupField } from './operand.js'
import type { TimeZoneOption } from '../functions/date-parts.js'
import { asRange } from './day-ranges.js'
import { jsonOperandOf, placedIn, placesOf, transformsOf } from './transforms.js'
import { RANGE_LOOKUPS } from './range.js'
import { SEARCH_LOOKUPS } from './search.js'
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

/** What vectors of words have. */
const VECTOR_LOOKUPS: Lookups = { ...EQUALITY_LOOKUPS, ...SEARCH_LOOKUPS }

/** Further than anybody composes. */
const MAX_TRANSFORMS = 16

/** How lookups are told what of a column they are about. */
interface Asked {
  readonly options: TimeZoneOption
  /** How many transforms stand around them. */
  readonly depth: number
  /** Whether the column is a value in a document. */
  readonly isInDocument?: boolean
}

/**
 * What is asked of one column: `value`, or an object of lookups, all of which must hold. Some are of what is made of the
 * column: `{ paidAt: { year: 2024 } }`, `{ email: { lower: { endsWith: '.org' } } }`; and some of what is at a place in it:
 * `{ meta: { path: ['plan', 'name'], exact: 'pro' } }`.
 */
export function parseLookups(field: LookupField, value: unknown, depth = 0): Condition {
  if (!isPlainObject(value)) return parseLookup(field, 'exact', value, { options: {}, depth })
  refuseOtherPlaces(field, value)
  const { path, at, timeZone, ...lookups } = value
  const options = timeZone === undefined ? {} : { timeZone: timeZone as string }
  const entries = Object.entries(lookups)
  if (entries.length === 0) {
    throw new FieldError(`The condition on ${field.label} has no lookup. ${choices(field)}`)
  }
  const isPlaced = path !== undefined || at !== undefined
  const column = isPlaced ? placedIn(field.column, { path, at }) : field.column
  const of = isPlaced ? { ...field, column, label: `${field.label} at ${String(path ?? at)}` } : field
  const asked = { options, depth, isInDocument: path !== undefined }
  return allOf(entries.map(([name, operand]) => parseLookup(of, name, operand, asked)))
}

const PLACES = ['path', 'at', 'timeZone']

/** Refuses names that say what lookups are about where the column's type has no such places. */
function refuseOtherPlaces({ column, label }: LookupField, value: Record<string, unknown>): void {
  for (const name of PLACES.filter((place) => Object.hasOwn(value, place))) {
    refuseUndefined(value[name], `${label}.${name}`)
    if (!placesOf(column).includes(name)) throw noLookup({ column, label }, name)
  }
}

function noLookup(field: Pick<LookupField, 'column' | 'label'>, name: string): FieldError {
  return new FieldError(`${field.label} has no lookup "${name}". ${choices(field, name)}`)
}

function parseLookup(field: LookupField, name: string, operand: unknown, asked: Asked): Condition {
  refuseUndefined(operand, `${field.label}.${name}`)
  // Where values cannot be compared, they can still be compared with NULL.
  if (name === 'exact' && operand === null) return { kind: 'isNull', column: field.column, isNull: true }
  const lookups = lookupsOf(field.column)
  if (asked.isInDocument === true) {
    const isOfText = Object.hasOwn(TEXT_LOOKUPS, name) && !Object.hasOwn(lookups, name)
    const column = jsonOperandOf(field.column, name, isOfText, operand)
    if (column !== undefined)
      return parseLookup({ ...field, column }, name, operand, { ...asked, isInDocument: false })
  }
  const lookup = Object.hasOwn(lookups, name) ? lookups[name] : undefined
  if (lookup !== undefined) return lookup(field, operand, name)
  const transforms = transformsOf(field.column)
  const transform = Object.hasOwn(transforms, name) ? transforms[name] : undefined
  if (transform === undefined) throw noLookup(field, name)
  const { options, depth } = asked
  if (depth >= MAX_TRANSFORMS) {
    throw new FieldError(`The condition on ${field.label} is nested more than ${MAX_TRANSFORMS} deep.`)
  }
  const range = asRange(field.column, name, operand, options)
  if (range?.isExact === true) return range.condition
  const column = transform(field.column, options)
  const exact = parseLookups({ ...field, column, label: `${field.label}.${name}` }, operand, depth + 1)
  return range === undefined ? exact : allOf([range.condition, exact])
}

/** Whether a value is an object of a column's lookups, and not a value of its own. */
export function areLookups(column: ColumnSchema, value: unknown): boolean {
  if (!isPlainObject(value)) return false
  const names = lookupNames(column)
  return Object.keys(value).every((name) => names.includes(name))
}

/** The lookups that a column has, and what can be made of it. */
export function lookupNames(column: ColumnSchema): string[] {
  return [...Object.keys(lookupsOf(column)), ...Object.keys(transformsOf(column)), ...placesOf(column)]
}

function lookupsOf({ type }: ColumnSchema): Lookups {
  return serverType(type) === 'tsvector' ? VECTOR_LOOKUPS : LOOKUPS[lookupKind(type)]
}

function choices(field: Pick<LookupField, 'column'>, name?: string): string {
  const names = choicesOf(name, lookupNames(field.column))
  return `${names}. A value that is an object goes into { exact: … }.`
}
