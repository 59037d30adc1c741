import { FieldError } from '../../errors.js'
import { qualifiedName } from '../../schema/qualified-name.js'
import { serverName } from '../../schema/conversion.js'
import type { TypeSchema } from '../../schema/type.js'
import type { AggregateFunction } from './functions.js'
import { lookupKind } from '../lookup-kind.js'

/** The type of an aggregate's result. */
export interface AggregateType {
  readonly type: TypeSchema
  readonly nullable: boolean
  /** What PostgreSQL's result is cast to, where it is not of that type. */
  readonly cast?: 'float8' | 'int8'
}

const COUNT: AggregateType = { type: 'int8 as number', nullable: false }
const FLOAT: AggregateType = { type: 'float8', nullable: true }
const NUMERIC: AggregateType = { type: 'numeric', nullable: true }

/** Sums of what is read as a number are numbers as well, checked; other sums of int8 and numeric are exact strings. */
const SUMS: Readonly<Record<string, AggregateType>> = {
  int2: { type: 'int8 as number', nullable: true },
  int4: { type: 'int8 as number', nullable: true },
  'int8 as number': { type: 'int8 as number', nullable: true, cast: 'int8' },
  int8: NUMERIC,
  numeric: NUMERIC,
  'numeric as number': { type: 'numeric as number', nullable: true },
  float4: { type: 'float4', nullable: true },
  float8: FLOAT,
  money: { type: 'money', nullable: true },
  interval: { type: 'interval', nullable: true },
}

/** Averages of what is read as a number are numbers; other averages of int8 and numeric are exact strings. */
const AVERAGES: Readonly<Record<string, AggregateType>> = {
  int2: { ...FLOAT, cast: 'float8' },
  int4: { ...FLOAT, cast: 'float8' },
  'int8 as number': { ...FLOAT, cast: 'float8' },
  int8: NUMERIC,
  numeric: NUMERIC,
  'numeric as number': { ...FLOAT, cast: 'float8' },
  float4: FLOAT,
  float8: FLOAT,
  interval: { type: 'interval', nullable: true },
}

/**
 * The result's type of an aggregate over a column, or over rows.
 *
 * @throws {@link FieldError} for a column that the aggregate does not take.
 */
export function aggregateType(
  name: AggregateFunction,
  type: TypeSchema | undefined,
  label: string,
): AggregateType {
  if (name === 'count') return COUNT
  if (type === undefined) {
    throw new FieldError(`${name}() needs a field: ${label} leads to whole rows.`)
  }
  const result = typeOver(name, type)
  if (result !== undefined) return result
  throw new FieldError(`${name}() does not take ${label}: its type is ${typeName(type)}.`)
}

function typeOver(name: Exclude<AggregateFunction, 'count'>, type: TypeSchema): AggregateType | undefined {
  const base = typeName(type)
  switch (name) {
    case 'sum':
      return SUMS[base] ?? SUMS[serverName(base)]
    case 'avg':
      return AVERAGES[base] ?? AVERAGES[serverName(base)]
    case 'min':
    case 'max': {
      const ordered = ['comparable', 'text', 'array', 'range'].includes(lookupKind(type))
      return ordered ? { type, nullable: true } : undefined
    }
    case 'arrayAgg':
      return base.endsWith('[]') ? undefined : { type: { kind: 'array', element: type }, nullable: false }
    case 'stringAgg':
      return isPlainText(type, base) ? { type: 'text', nullable: true } : undefined
    case 'boolAnd':
    case 'boolOr':
      return base === 'bool' ? { type: 'bool', nullable: true } : undefined
  }
}

const PLAIN_TEXT = new Set(['int2', 'int4', 'int8', 'oid', 'numeric', 'uuid', 'bool'])

/** Text, and types whose text does not depend on the session's settings. */
function isPlainText(type: TypeSchema, base: string): boolean {
  if (PLAIN_TEXT.has(serverName(base)) || lookupKind(type) === 'text') return true
  return typeof type !== 'string' && type.kind === 'enum'
}

function typeName(type: TypeSchema): string {
  if (typeof type === 'string') return type
  switch (type.kind) {
    case 'domain':
      return typeName(type.base)
    case 'array':
      return `${typeName(type.element)}[]`
    default:
      return qualifiedName(type)
  }
}
