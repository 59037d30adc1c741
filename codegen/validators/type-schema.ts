import { qualifiedName } from '../../src/schema/qualified-name.js'
import { type ConvertedTypeSchema, type RangeTypeSchema, type TypeSchema } from '../../src/schema/type.js'
import { readingOf } from '../../src/types/base-types.js'
import { stringLiteral } from '../emit/literal.js'
import type { Library } from './library.js'

/** Where a schema stands: in what writes take, or in a composite, whose fields are as rows have them. */
export type Side = 'input' | 'row'

type Values = readonly (string | number)[] | undefined

export interface TypeScope {
  readonly library: Library
  /** What a domain is over, as SQL writes it; undefined for other types. */
  readonly domains: ReadonlyMap<string, string>
  /** All that values of a domain may be; undefined where that is not listed. */
  readonly valuesOf: (domain: string) => Values
  /** The schema of an enum or composite type. */
  readonly named: (qualifiedName: string) => string
  /** Notes that a helper is used; gives its name back. */
  readonly use: (helper: string) => string
}

/** The helpers for base types that are not text, by what TypeScript makes of a value. */
const PARTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  bool: { boolean: 'bool' },
  int2: { number: 'int2' },
  int4: { number: 'int4' },
  oid: { number: 'oid' },
  int8: { bigint: 'int8', number: 'safeInteger', string: 'int8Text' },
  float4: { number: 'float4' },
  float8: { number: 'float8' },
  numeric: { string: 'decimal', number: 'float8', bigint: 'bigint' },
  bytea: { Uint8Array: 'bytes', Buffer: 'buffer' },
  char: { string: 'char' },
  uuid: { string: 'uuid' },
  bit: { string: 'bits' },
  varbit: { string: 'bits' },
  json: { JsonValue: 'json', string: 'jsonText' },
  jsonb: { JsonValue: 'jsonb', string: 'jsonText' },
  date: { string: 'dateText', Date: 'midnight' },
  time: { string: 'timeText' },
  timetz: { string: 'timetzText' },
  timestamp: { string: 'timestampText', Date: 'instant' },
  timestamptz: { string: 'timestamptzText', Date: 'instant' },
  interval: { string: 'intervalText' },
}

/**
 * The schema of a type's values, without null.
 *
 * @param sqlType - as SQL writes the type, with its length or precision.
 */
export function typeSchema(type: TypeSchema, sqlType: string, side: Side, scope: TypeScope): string {
  const { library } = scope
  if (typeof type === 'string' || type.kind === 'converted') return baseSchema(type, sqlType, side, scope)
  switch (type.kind) {
    case 'domain': {
      const values = valuesSchema(scope.valuesOf(qualifiedName(type)), library)
      if (values !== undefined) return values
      return typeSchema(type.base, scope.domains.get(qualifiedName(type)) ?? '', side, scope)
    }
    case 'array':
      return library.array(typeSchema(type.element, sqlType, side, scope))
    case 'enum':
    case 'composite':
      return scope.named(qualifiedName(type))
    case 'range':
      return rangeSchema(type, side, scope)
    case 'multirange':
      return library.array(rangeSchema(type.range, side, scope))
  }
}

/** The schema of values that are listed. */
export function valuesSchema(values: Values, { labels }: Library): string | undefined {
  return (
    values &&
    labels(values.map((value) => (typeof value === 'number' ? String(value) : stringLiteral(value))))
  )
}

function baseSchema(
  type: string | ConvertedTypeSchema,
  sqlType: string,
  side: Side,
  scope: TypeScope,
): string {
  const { library } = scope
  const name = typeof type === 'string' ? type : type.type
  const parts = PARTS[name] ?? { string: 'text' }
  const { row, input } = readingOf(type)
  const alternatives = (side === 'row' ? row : input)
    .split(' | ')
    .flatMap((text) =>
      parts[text] === undefined ? [] : [sized(name, scope.use(parts[text]), sqlType, scope)],
    )
  return alternatives.length === 1 ? (alternatives[0] ?? '') : library.union(alternatives)
}

/** With the limits that come with the type's length or precision. */
function sized(name: string, schema: string, sqlType: string, { library, use }: TypeScope): string {
  const [, first, second = '0'] = /\((\d+)(?:,(-?\d+))?\)/.exec(sqlType) ?? []
  if (first === undefined) return schema
  switch (name) {
    case 'varchar':
    case 'bpchar':
      return library.checked(
        schema,
        `(value) => ${use('fits')}(value, ${first})`,
        `'has more than ${first} characters'`,
      )
    case 'bit':
      return library.checked(schema, `(value) => value.length === ${first}`, `'has not ${first} bits'`)
    case 'varbit':
      return library.checked(schema, `(value) => value.length <= ${first}`, `'has more than ${first} bits'`)
    case 'numeric':
      return library.checked(
        schema,
        `(value) => ${use('hasDigits')}(value, ${first}, ${second})`,
        `'is too great for numeric(${first}, ${second})'`,
      )
    default:
      return schema
  }
}

const BOUNDS = ['[)', '[]', '(]', '()', 'empty'].map(stringLiteral)

function rangeSchema({ subtype }: RangeTypeSchema, side: Side, scope: TypeScope): string {
  const { library } = scope
  const bound = library.nullable(typeSchema(subtype, '', side, scope))
  const range = library.object([`lower: ${bound}`, `upper: ${bound}`, `bounds: ${library.labels(BOUNDS)}`])
  return library.checked(
    range,
    "({ lower, upper, bounds }) => bounds !== 'empty' || (lower === null && upper === null)",
    "'has bounds, though it is empty'",
  )
}
