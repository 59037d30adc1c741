import { FieldError } from '../../errors.js'
import { baseType, COUNT_TYPE, type TypeSchema } from '../../schema/type.js'
import type { Total } from '../../types/base-type.js'
import { readingOf, recordOf } from '../../types/base-types.js'
import { lookupKind } from '../../types/lookup-kind.js'
import { baseName } from '../../types/same-type.js'
import type { AggregateFunction } from './function-names.js'

/** The result's type of an aggregate over a column, or over rows, which have no type. */
export function aggregateType(
  name: AggregateFunction,
  type: TypeSchema | undefined,
  label: string,
): Total & { readonly nullable: boolean } {
  if (name === 'count') return { type: COUNT_TYPE, nullable: false }
  if (type === undefined) throw new FieldError(`${name}() needs a field: ${label} leads to whole rows.`)
  const result = typeOver(name, type)
  if (result !== undefined)
    return { nullable: name !== 'arrayAgg' && name !== 'jsonbAgg' && name !== 'regrCount', ...result }
  throw new FieldError(`${name}() does not take ${label}: its type is ${typeName(type)}.`)
}

function typeOver(name: Exclude<AggregateFunction, 'count'>, type: TypeSchema): Total | undefined {
  const reading = readingOf(type)
  switch (name) {
    case 'sum':
    case 'avg':
      return reading?.[name]
    case 'min':
    case 'max':
      return ['comparable', 'text', 'array', 'range'].includes(lookupKind(type)) ? { type } : undefined
    case 'arrayAgg':
      return elementOf(type) === undefined ? { type: { kind: 'array', element: type } } : undefined
    case 'stringAgg':
      return isPlainText(type) ? { type: 'text' } : undefined
    case 'boolAnd':
    case 'boolOr':
      return reading?.row === 'boolean' ? { type: 'bool' } : undefined
    case 'bitAnd':
    case 'bitOr':
    case 'bitXor':
      return recordOf(type)?.exactKey === 'integer' ? { type: baseType(type) } : undefined
    case 'jsonbAgg':
      return { type: 'jsonb' }
    case 'anyValue':
      return { type }
    case 'regrCount':
      return { type: COUNT_TYPE }
    default:
      // The rest is of numbers, and computed by floats.
      return recordOf(type)?.family === 'numeric' ? { type: 'float8', cast: 'float8' } : undefined
  }
}

/** Text, and types whose text does not depend on the session's settings. */
function isPlainText(type: TypeSchema): boolean {
  return recordOf(type)?.plainText ?? (typeof type !== 'string' && type.kind === 'enum')
}

/** Domains as what they are over, in arrays too. */
function typeName(type: TypeSchema): string {
  const element = elementOf(type)
  return element === undefined ? baseName(type) : `${typeName(element)}[]`
}

/** The type of an array's elements; undefined for what is no array. */
export function elementOf(type: TypeSchema): TypeSchema | undefined {
  const base = baseType(type)
  return typeof base !== 'string' && base.kind === 'array' ? base.element : undefined
}
