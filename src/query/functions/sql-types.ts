import { FieldError } from '../../errors.js'
import { choicesOf } from '../../choices.js'
import type { TypeSchema } from '../../schema/type.js'
import type { JsonNull, JsonValue } from '../../types/json/json.js'
import { isBuiltIn, typeOfName } from '../../types/type-oids.js'
import { describe } from '../../types/describe.js'

/** What values of PostgreSQL's types are in TypeScript, for types that are named in an expression. */
export interface SqlTypes {
  bool: boolean
  int2: number
  int4: number
  int8: bigint
  float4: number
  float8: number
  /** As PostgreSQL prints it: exact. */
  numeric: string
  money: string
  text: string
  varchar: string
  bpchar: string
  name: string
  uuid: string
  bytea: Buffer
  /** `YYYY-MM-DD`. */
  date: string
  time: string
  timetz: string
  /** `YYYY-MM-DD HH:MM:SS.ffffff`. */
  timestamp: string
  timestamptz: Date
  interval: string
  json: JsonValue | JsonNull
  jsonb: JsonValue | JsonNull
  xml: string
  inet: string
  cidr: string
  macaddr: string
  tsvector: string
  tsquery: string
}

/** A built-in type by its name in `pg_type`, `int4` and not `integer`, or an array of it: `int4[]`. */
export type SqlTypeName = keyof SqlTypes | `${keyof SqlTypes}[]`

/** What values of a type that is named are. */
export type SqlTypeValue<Name extends SqlTypeName> = Name extends keyof SqlTypes
  ? SqlTypes[Name]
  : Name extends `${infer Element extends keyof SqlTypes}[]`
    ? SqlTypes[Element][]
    : never

/** SQL's own spellings. */
const SPELLINGS: Readonly<Record<string, string>> = {
  integer: 'int4',
  int: 'int4',
  bigint: 'int8',
  smallint: 'int2',
  boolean: 'bool',
  'double precision': 'float8',
  real: 'float4',
  decimal: 'numeric',
  'character varying': 'varchar',
}

const CHOICES = [
  'text',
  'int4',
  'int8',
  'numeric',
  'float8',
  'bool',
  'date',
  'timestamp',
  'timestamptz',
  'interval',
  'uuid',
  'jsonb',
]

/** @throws {@link FieldError} for what names no built-in type. */
export function typeByName(name: unknown, where: string): TypeSchema {
  const type = typeof name === 'string' && isBuiltIn(name) ? typeOfName(name) : undefined
  if (type !== undefined) return type
  const spelled = typeof name === 'string' ? SPELLINGS[name.toLowerCase()] : undefined
  const hint =
    spelled === undefined
      ? `${choicesOf(name, CHOICES)}, and others by their names in pg_type`
      : `It is "${spelled}" here`
  const given = typeof name === 'string' ? `"${name}"` : describe(name)
  throw new FieldError(`${where} takes the name of a built-in type, not ${given}. ${hint}.`)
}
