import { FieldError } from '../../errors.js'
import type { ColumnSchema } from '../../schema/table.js'
import { baseType, serverType, subtypeOf, type TypeSchema } from '../../schema/type.js'
import { describe } from '../../types/describe.js'
import { lookupKind } from '../../types/lookup-kind.js'
import { calling, computed } from '../expression/computed.js'
import { literal } from '../expression/resolve.js'
import { clockOf, dayOf, partOfMoment, partsOf, type TimeZoneOption } from '../functions/date-parts.js'
import { atPath } from '../functions/json.js'
import { jsonLength } from '../functions/text.js'

/** Makes another value of a column, which is then asked like a column of that type. */
export type Transform = (column: ColumnSchema, options: TimeZoneOption) => ColumnSchema

/** Transforms by name. */
export type Transforms = Readonly<Record<string, Transform>>

const onText = (name: string, type: TypeSchema = 'text'): Transform => {
  return (column) => calling(name, { type, nullable: column.nullable }, [column])
}

const TEXT: Transforms = {
  lower: onText('lower'),
  upper: onText('upper'),
  trim: onText('btrim'),
  length: onText('length', 'int4'),
}

/** The number of words in a vector of them. */
const WORDS: Transforms = { length: onText('length', 'int4') }

const onNumber = (name: string): Transform => {
  return (column) => calling(name, { type: baseType(column.type), nullable: column.nullable }, [column])
}

const FRACTIONS: Transforms = {
  abs: onNumber('abs'),
  ceil: onNumber('ceil'),
  floor: onNumber('floor'),
  round: onNumber('round'),
}
const BY_NUMBER: Readonly<Record<string, Transforms>> = {
  numeric: FRACTIONS,
  float4: FRACTIONS,
  float8: FRACTIONS,
}

const onRange = (name: string): Transform => {
  return (column) => calling(name, { type: subtypeOf(column.type), nullable: true }, [column])
}
const ofRange = (name: string): Transform => {
  return (column) => calling(name, { type: 'bool', nullable: column.nullable }, [column])
}

const RANGES: Transforms = {
  lower: onRange('lower'),
  upper: onRange('upper'),
  isEmpty: ofRange('isempty'),
  lowerInc: ofRange('lower_inc'),
  upperInc: ofRange('upper_inc'),
  lowerInf: ofRange('lower_inf'),
  upperInf: ofRange('upper_inf'),
}

const JSON_VALUES: Transforms = {
  length: jsonLength,
  text: (column) => sqlOf('text', 'text', column, ['(', ` #>> '{}')`]),
  number: (column) => ofType('number', 'numeric', column, ['cast(', ' as numeric)']),
}

/** A JSON value as another, NULL where it is none of that kind. */
function ofType(kind: string, type: TypeSchema, column: ColumnSchema, [before = '', after = '']: string[]) {
  return sqlOf(kind, type, column, [
    '(case when jsonb_typeof(',
    `) = '${kind}' then ${before}`,
    `${after} end)`,
  ])
}

const ORDERING = ['gt', 'gte', 'lt', 'lte', 'range']

/**
 * What a lookup of a value in a document is about: text for those of text, and for those of order numbers among numbers and
 * strings among strings, since JSON has all of one kind before all of another.
 */
export function jsonOperandOf(column: ColumnSchema, lookup: string, isOfText: boolean, operand: unknown) {
  const [first = operand] = Array.isArray(operand) ? (operand as unknown[]) : []
  if (isOfText) return JSON_VALUES['text']?.(column, {})
  if (!ORDERING.includes(lookup)) return undefined
  if (typeof first === 'string') return ofType('string', 'text', column, ['(', ` #>> '{}')`])
  return typeof first === 'number' || typeof first === 'bigint'
    ? JSON_VALUES['number']?.(column, {})
    : undefined
}

function sqlOf(name: string, type: TypeSchema, column: ColumnSchema, parts: readonly string[]): ColumnSchema {
  const args = parts.slice(1).map(() => column)
  return computed(
    { label: `${column.property}.${name}`, type, nullable: true },
    { kind: 'sql', parts, args },
    [column],
  )
}

/** What can be made of a column, by its type. */
export function transformsOf({ type }: ColumnSchema): Transforms {
  const kind = lookupKind(type)
  if (kind === 'text') return TEXT
  if (kind === 'json') return JSON_VALUES
  if (kind === 'range' || kind === 'multirange') return RANGES
  const server = serverType(type)
  if (typeof server !== 'string') return {}
  const parts = partsOf(type).map((part): [string, Transform] => [
    part,
    (column, options) => partOfMoment(column, part, options),
  ])
  if (server === 'tsvector') return WORDS
  if (parts.length === 0) return BY_NUMBER[server] ?? {}
  const isStamp = server === 'timestamp' || server === 'timestamptz'
  return { ...Object.fromEntries(parts), ...(isStamp && { date: dayOf, time: clockOf }) }
}

/** What is in a JSON document by `path`, or in an array by `at`: names that stand beside lookups, and say of what. */
export function placedIn(column: ColumnSchema, { path, at }: { path?: unknown; at?: unknown }): ColumnSchema {
  if (path !== undefined) return atPath(column, path)
  const type = baseType(column.type)
  if (typeof type === 'string' || type.kind !== 'array' || !Number.isSafeInteger(at)) {
    throw new FieldError(
      `"at" of "${column.property}" is the place of an element, from 0, or from the end by a minus, not ${describe(at)}.`,
    )
  }
  const place = Number(at)
  const [bound, offset] = place < 0 ? ['array_upper', place + 1] : ['array_lower', place]
  const parts = ['(', `)[${bound}(`, ', 1) + ', ']']
  const args = [column, column, literal(offset, 'int4', true)]
  return computed(
    { label: `${column.property}[${place}]`, type: type.element, nullable: true },
    { kind: 'sql', parts, args },
    [column],
  )
}

/** The names that stand beside lookups of a column, and say of what. */
export function placesOf({ type }: ColumnSchema): readonly string[] {
  const kind = lookupKind(type)
  if (kind === 'json' || serverType(type) === 'json') return ['path']
  if (kind === 'array' || kind === 'unorderedArray') return ['at']
  return partsOf(type).length > 0 && serverType(type) === 'timestamptz' ? ['timeZone'] : []
}
