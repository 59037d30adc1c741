import { FieldError } from '../../errors.js'
import { choicesOf } from '../../choices.js'
import type { TypeSchema } from '../../schema/type.js'
import type { JsonNull, JsonValue } from '../../types/json/json.js'
import { isBuiltIn, typeOfName } from '../../types/type-oids.js'
import { describe } from '../../types/describe.js'

/** What values of PostgreSQL's types are in TypeScript, for types that are named in an expression. */
export interface SqlTypes {
  /** true and false. */
  bool: boolean
  /** Two bytes. */
  int2: number
  /** Four bytes. */
  int4: number
  /** Eight bytes: more than a number holds. */
  int8: bigint
  /** With NaN and both infinities. */
  float4: number
  /** With NaN and both infinities. */
  float8: number
  /** As PostgreSQL prints it: exact. */
  numeric: string
  /** As PostgreSQL prints it, in the server's currency. */
  money: string
  /** Any text. */
  text: string
  /** Any text. */
  varchar: string
  /** Blanks at the end as the server keeps them: `char(n)`. */
  bpchar: string
  /** Names in the catalog, of up to 63 bytes. */
  name: string
  /** In lower case, with hyphens. */
  uuid: string
  /** A copy of the bytes. */
  bytea: Buffer
  /** `YYYY-MM-DD`. */
  date: string
  /** `HH:MM:SS.ffffff`. */
  time: string
  /** `HH:MM:SS.ffffff+HH`. */
  timetz: string
  /** `YYYY-MM-DD HH:MM:SS.ffffff`. */
  timestamp: string
  /** A moment; one that was read remembers its microseconds. */
  timestamptz: Date
  /** ISO 8601: `P1DT2H`. */
  interval: string
  /** The value; JSON's own null is `jsonNull`. */
  json: JsonValue | JsonNull
  /** The value; JSON's own null is `jsonNull`. */
  jsonb: JsonValue | JsonNull
  /** Its text. */
  xml: string
  /** An address, with the length of its network if that is not all of it. */
  inet: string
  /** A network. */
  cidr: string
  /** Six bytes in hexadecimal digits. */
  macaddr: string
  /** Words with their places. */
  tsvector: string
  /** In PostgreSQL's syntax. */
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
