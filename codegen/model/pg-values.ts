import { isOfExtension, serverLabel, type TypeSchema } from '../../src/schema/type.js'
import { typeNamed } from '../../src/types/base-types.js'
import { arrayText, named, typeText, useEngineNames, userText, type TypeScope } from './type-text.js'
import type { Refined } from './refined.js'

/** What free-hand Kysely gives and takes. */
type FreeHandSide = 'selected' | 'parameter'

/** What pg's default type parsers make of values of a base type. */
interface PgValue {
  readonly row: string
  /** What they make of elements of arrays. Undefined: an array is the text that PostgreSQL sends. */
  readonly element?: string
  /** What pg takes for a parameter. Default: what it returns. */
  readonly input?: string
}

/** By `pg_type.typname`; others are strings, and arrays of them too. */
const VALUES: Readonly<Record<string, PgValue>> = {
  bool: { row: 'boolean', element: 'boolean' },
  ...everyOne(['int2', 'int4', 'oid', 'float4', 'float8'], { row: 'number', element: 'number' }),
  int8: { row: 'string', element: 'string', input: 'string | number | bigint' },
  numeric: { row: 'string', element: 'number', input: 'string | number | bigint' },
  bytea: { row: 'Buffer', element: 'Buffer', input: 'Uint8Array' },
  ...everyOne(['date', 'timestamp', 'timestamptz'], { row: 'Date', element: 'Date', input: 'Date | string' }),
  interval: { row: 'PgInterval', element: 'PgInterval', input: 'PgInterval | string' },
  // Of an object pg makes JSON, of an array one of PostgreSQL's, and a string is sent as it is.
  ...everyOne(['json', 'jsonb'], {
    row: 'JsonValue',
    element: 'JsonValue',
    input: 'string | { [key: string]: JsonValue }',
  }),
  point: { row: 'PgPoint', element: 'PgPoint', input: 'string' },
  circle: { row: 'PgCircle', input: 'string' },
  ...everyOne(['text', 'varchar', 'bpchar', 'uuid', 'money', 'time', 'timetz'], {
    row: 'string',
    element: 'string',
  }),
  ...everyOne(['inet', 'cidr', 'macaddr', 'regproc'], { row: 'string', element: 'string' }),
}

function everyOne(names: readonly string[], value: PgValue): Record<string, PgValue> {
  return Object.fromEntries(names.map((name) => [name, value]))
}

/**
 * The TypeScript type of a column, without its null, where free-hand SQL has the values of pg: what its default type parsers
 * make of the types whose OIDs PostgreSQL fixes. All others are the text that PostgreSQL sends, which for enums is a label; a
 * domain is sent as what it is over.
 *
 * @param refined - what the user has given for it, which goes for values that are the same in rows of repositories.
 */
export function pgText(
  type: TypeSchema,
  side: FreeHandSide,
  scope: TypeScope,
  refined: Refined | undefined = scope.refined.get(serverLabel(type)),
): string {
  if (refined !== undefined && !refined.isConverted && isRefinable(type, side))
    return userText(refined, scope)
  if (typeof type === 'string') return baseText(type, side, scope)
  if (isOfExtension(type)) return 'string'
  switch (type.kind) {
    case 'converted':
      return baseText(type.type, side, scope)
    case 'domain':
      return pgText(type.base, side, scope)
    case 'enum':
      return named(type, './enums.js', scope)
    case 'array':
      return pgArrayText(type.element, side, scope)
    default:
      return 'string'
  }
}

function baseText(name: string, side: FreeHandSide, scope: TypeScope): string {
  const { row, input = row } = VALUES[name] ?? { row: 'string' }
  return useEngineNames(side === 'selected' ? row : input, scope)
}

function pgArrayText(element: TypeSchema, side: FreeHandSide, scope: TypeScope): string {
  const read = elementRead(element)
  if (read === undefined) {
    // Taken as it is read, or as an array, which pg writes as one of PostgreSQL's.
    return side === 'selected'
      ? 'string'
      : `string | ${arrayText(typeText(element, 'parameter', scope), side)}`
  }
  if (side === 'selected' && !isReadAlike(element)) return arrayText(useEngineNames(read, scope), side)
  return arrayText(pgText(element, side, scope), side)
}

/** What elements of an array are read as. Undefined: the array is text. */
function elementRead(element: TypeSchema): string | undefined {
  const name = nameOf(element)
  if (name !== undefined) return VALUES[name]?.element
  // pg has a parser for this array of ranges alone.
  return serverLabel(element) === 'pg_catalog.numrange' ? 'string' : undefined
}

/** Whether elements of an array are read as values of their type are, which those of numeric are not. */
function isReadAlike(element: TypeSchema): boolean {
  const name = nameOf(element)
  return elementRead(element) === (name === undefined ? 'string' : VALUES[name]?.row)
}

/** The name of a base type, whatever it is converted to. */
function nameOf(type: TypeSchema): string | undefined {
  if (typeof type === 'string') return type
  return type.kind === 'converted' ? type.type : undefined
}

/** Whether what TypeScript is to make of values in rows goes for those of free-hand SQL too. */
function isRefinable(type: TypeSchema, side: FreeHandSide): boolean {
  if (typeof type === 'string') {
    if (type === 'json' || type === 'jsonb') return side === 'selected'
    return (VALUES[type]?.row ?? 'string') === typeNamed(type).readings[0].row
  }
  switch (type.kind) {
    case 'enum':
      return true
    case 'domain':
      return isOfExtension(type) || isRefinable(type.base, side)
    case 'array':
      return typeof type.element === 'string' && isReadAlike(type.element) && isRefinable(type.element, side)
    default:
      return false
  }
}
