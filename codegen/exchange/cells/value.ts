import { serverType, typeLabel, type TypeSchema } from '../../../src/schema/type.js'
import { codecFor } from '../../../src/types/codec-for.js'
import { BadValue } from './bad-value.js'
import { JsonText, Moment, type Given } from './given.js'
import { itemsOf, membersOf } from './json-parts.js'

/**
 * What a column is written with of what a file has. Only forms that mean one thing are taken; what the column cannot hold is
 * left to its codec and to the server to refuse.
 *
 * @throws {@link BadValue} for what is no value of the type.
 */
export function valueOf(type: TypeSchema, given: Given): unknown {
  if (given === null) return null
  const base = serverType(type)
  if (given instanceof JsonText) return fromJson(type, given.text)
  if (typeof base === 'string') return scalarOf(base, given)
  if (typeof given === 'string') return base.kind === 'enum' ? given : literalOf(type, given)
  // Lists and structs of Parquet.
  return typeof given === 'object' ? fromJson(type, JSON.stringify(given, asJson)) : given
}

/** By texts throughout, since JSON.parse loses digits. What is null within is NULL, in JSON too. */
function fromJson(type: TypeSchema, text: string): unknown {
  const base = serverType(type)
  if (base === 'json' || base === 'jsonb') return text
  if (text === 'null') return null
  if (typeof base === 'string' || base.kind === 'enum') {
    const parsed = JSON.parse(text) as Given
    return valueOf(type, typeof parsed === 'number' && !isNumber(base) ? text : parsed)
  }
  if (text.startsWith('[')) {
    if (base.kind === 'array') return arrayFrom(base.element, text)
    if (base.kind === 'multirange') return itemsOf(text).map((item) => fromJson(base.range, item))
  } else if (text.startsWith('{')) {
    if (base.kind === 'range') return objectFrom(text, (name) => (name === 'bounds' ? 'text' : base.subtype))
    if (base.kind === 'composite') {
      return objectFrom(text, (name) => base.fields.find(({ property }) => property === name)?.type ?? 'text')
    }
  }
  return valueOf(type, JSON.parse(text) as Given)
}

/** An array in an array is one of its dimensions, where items are not arrays themselves, as multiranges are. */
function arrayFrom(element: TypeSchema, text: string): unknown[] {
  const inner = serverType(element)
  const isFlat =
    inner === 'json' || inner === 'jsonb' || (typeof inner !== 'string' && inner.kind === 'multirange')
  return itemsOf(text).map((item) => {
    if (item === 'null') return null
    return item.startsWith('[') && !isFlat ? arrayFrom(element, item) : fromJson(element, item)
  })
}

function objectFrom(text: string, typeOf: (name: string) => TypeSchema): Record<string, unknown> {
  const members = [...membersOf(text)]
  return Object.fromEntries(
    members.map(([name, member]) => [name, member === 'null' ? null : fromJson(typeOf(name), member)]),
  )
}

function isNumber(base: unknown): boolean {
  return ['int2', 'int4', 'oid', 'float4', 'float8'].includes(String(base))
}

/** The text of an array, range or composite, as PostgreSQL prints it. */
function literalOf(type: TypeSchema, text: string): unknown {
  try {
    return codecFor(type).decodeText(text)
  } catch {
    const example = serverType(type)
    const form = typeof example !== 'string' && example.kind === 'array' ? '{1,2,3}' : '[1,2) or (1,2)'
    throw new BadValue(`is no ${typeLabel(type)} as PostgreSQL writes them, such as ${form}`, text)
  }
}

const TRUE = /^(?:t(?:rue)?|y(?:es)?|on|1)$/i
const FALSE = /^(?:f(?:alse)?|no?|off|0)$/i
const INTEGER = /^[+-]?\d+$/
const FLOAT = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i
const ENDLESS = /^([+-]?)inf(?:inity)?$/i

function scalarOf(base: string, given: Exclude<Given, null>): unknown {
  switch (base) {
    case 'int2':
    case 'int4':
    case 'oid':
      if (typeof given === 'bigint') return Number(given)
      if (typeof given !== 'string') return given
      if (!INTEGER.test(given.trim())) throw new BadValue('is no integer', given)
      return Number(given)
    case 'int8':
      if (typeof given === 'string' && !INTEGER.test(given.trim())) throw new BadValue('is no integer', given)
      return typeof given === 'string' ? given.trim().replace(/^\+/, '') : given
    case 'float4':
    case 'float8':
      return floatOf(given)
    case 'numeric':
      return typeof given === 'string' ? given.trim() : given
    case 'bool':
      return booleanOf(given)
    case 'bytea':
      return bytesOf(given)
    case 'json':
    case 'jsonb':
      return typeof given === 'string' ? given : JSON.stringify(given, asJson)
    case 'date':
      return given instanceof Moment ? given.text.slice(0, 10) : given
    case 'timestamp':
      return given instanceof Moment ? given.text : given
    case 'timestamptz':
      return given instanceof Moment ? `${given.text}Z` : given
    default:
      return textual(given)
  }
}

function floatOf(given: Exclude<Given, null>): unknown {
  if (typeof given === 'bigint') return Number(given)
  if (typeof given !== 'string') return given
  const text = given.trim()
  if (FLOAT.test(text)) return Number(text)
  if (/^nan$/i.test(text)) return NaN
  const endless = ENDLESS.exec(text)
  if (endless === null) throw new BadValue('is no number', given)
  return endless[1] === '-' ? -Infinity : Infinity
}

function booleanOf(given: Exclude<Given, null>): unknown {
  if (typeof given === 'object') return given
  if (typeof given === 'boolean') return given
  const text = String(given).trim()
  if (TRUE.test(text)) return true
  if (FALSE.test(text)) return false
  throw new BadValue('is neither true nor false', given)
}

function bytesOf(given: Exclude<Given, null>): unknown {
  if (given instanceof Uint8Array) return Buffer.from(given.buffer, given.byteOffset, given.byteLength)
  if (typeof given !== 'string') return given
  if (!/^\\x(?:[\da-f]{2})*$/i.test(given))
    throw new BadValue('is no bytea in hexadecimal, such as \\x00ff', given)
  return Buffer.from(given.slice(2), 'hex')
}

/** Text columns take what spreadsheets and others have for numbers. */
function textual(given: Exclude<Given, null>): unknown {
  if (given instanceof Uint8Array) return Buffer.from(given).toString('utf8')
  if (given instanceof Moment) return given.text
  return typeof given === 'number' || typeof given === 'bigint' || typeof given === 'boolean'
    ? String(given)
    : given
}

/** What JSON has no form for, as text that its type reads. */
function asJson(_name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Moment || value instanceof JsonText) return value.text
  return value instanceof Uint8Array ? `\\x${Buffer.from(value).toString('hex')}` : value
}
