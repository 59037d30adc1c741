import type { TypeSchema } from '../../src/schema/type.js'
import { typeKey, type TypeNames } from './database-model.js'
import type { ENGINE_NAMES } from './reserved-names.js'

/** Where a type stands: what rows hold, what writes and filters take, what free-hand Kysely takes as a parameter. */
export type Side = 'row' | 'input' | 'parameter'

/** Where the names of a type's text come from. */
export interface TypeScope {
  readonly types: TypeNames
  /** Called for each name the text uses from elsewhere. */
  readonly use: (name: string, from: 'sluice' | './enums.js' | './composites.js') => void
}

const NUMBERS = new Set(['int2', 'int4', 'oid', 'float4', 'float8'])

/** The TypeScript type of a column, without its null. */
export function typeText(type: TypeSchema, side: Side, scope: TypeScope): string {
  if (typeof type === 'string') return baseText(type, side, scope)
  switch (type.kind) {
    case 'domain':
      return typeText(type.base, side, scope)
    case 'array':
      return arrayText(typeText(type.element, side, scope), side)
    case 'enum':
      return named(type, './enums.js', scope)
    case 'range':
      return side === 'parameter' ? 'string' : rangeText(type.subtype, side, scope)
    case 'multirange':
      return side === 'parameter' ? 'string' : arrayText(rangeText(type.range.subtype, side, scope), side)
    case 'composite':
      return side === 'parameter' ? 'string' : named(type, './composites.js', scope)
  }
}

function baseText(name: string, side: Side, scope: TypeScope): string {
  if (NUMBERS.has(name)) return 'number'
  switch (name) {
    case 'bool':
      return 'boolean'
    case 'int8':
      return side === 'row' ? 'bigint' : 'bigint | number'
    case 'numeric':
      return side === 'row' ? 'string' : 'string | number | bigint'
    case 'timestamptz':
      return side === 'row' ? 'Date' : 'Date | string'
    case 'bytea':
      return side === 'row' ? 'Buffer' : 'Uint8Array'
    case 'json':
    case 'jsonb':
      return jsonText(side, scope)
    default:
      return 'string'
  }
}

/** As a parameter JSON is its own text: what pg makes of an array or a string there is not JSON. */
function jsonText(side: Side, scope: TypeScope): string {
  if (side === 'parameter') return 'string'
  const names = side === 'row' ? (['JsonValue'] as const) : (['JsonValue', 'JsonNull'] as const)
  return names.map((name) => engineName(name, scope)).join(' | ')
}

function rangeText(subtype: TypeSchema, side: Side, scope: TypeScope): string {
  return `${engineName('Range', scope)}<${typeText(subtype, side, scope)}>`
}

function arrayText(element: string, side: Side): string {
  const item = /[ |]/.test(element) && !element.endsWith('>') ? `(${element})` : element
  return side === 'row' ? `${item}[]` : `readonly ${item}[]`
}

function named(
  type: { schema: string; name: string },
  from: './enums.js' | './composites.js',
  scope: TypeScope,
): string {
  const name = scope.types.get(typeKey(type))
  if (name === undefined) throw new Error(`The model has no name for type ${type.schema}.${type.name}.`)
  scope.use(name, from)
  return name
}

function engineName(name: (typeof ENGINE_NAMES)[number], scope: TypeScope): string {
  scope.use(name, 'sluice')
  return name
}
