import type { ConvertedTypeSchema, TypeSchema } from '../schema/type.js'
import type { Codec, Coding } from './codec.js'
import { stringCodec } from './text/text.js'

/** All that is known of one base type of PostgreSQL: what concerns a type asks its record. */
export interface BaseType {
  /** As `pg_type.typname` has it. */
  readonly name: string
  /** Its OID and that of arrays of it, which PostgreSQL fixes; those of an extension's types differ per database. */
  readonly oids: readonly [type: number, array: number] | undefined
  /** What its values can be read as; the first is the default. */
  readonly readings: readonly [Reading, ...Reading[]]
  /** Which lookups it has; each of the first four includes those before it, `json` those of `comparable`. */
  readonly lookups: 'null' | 'equality' | 'comparable' | 'text' | 'json'
  /** Whether the server finds its `=` for arrays and composites of it. Default: where it has one for itself. */
  readonly innerEquality: boolean
  /** The types of one family are compared with each other by `=`; it is named after one of them. Default: it alone. */
  readonly family: string
  /** Types of which the same bytes are the same value, so that one reads the other. Default: it alone. */
  readonly alike: string
  /** Of keys whose texts are equal exactly when they are to the server: those they are equal to. Default: not so. */
  readonly exactKey: string | undefined
  /** The one text for all texts of a value, where it can be written in several ways. Default: the text itself. */
  readonly canonical: ((text: string) => string) | undefined
  /**
   * Whether its operators are those of another type that reads other texts, so that an operand has to name its own: the
   * server takes one that does not for a value of that other type. Default: no.
   */
  readonly namesOperands: boolean
  /** Whether its text does not depend on settings of the session, so that it can be joined. Default: if it is text. */
  readonly plainText: boolean
  /** What PostgreSQL puts between elements of an array (`pg_type.typdelim`). Default: `,`. */
  readonly delimiter: ',' | ';'
  /** Its values may be arrays: an array of them is written with one dimension, of which each item is one. Default: no. */
  readonly flat: boolean
}

/** One of the ways to read values of a base type. */
export interface Reading {
  readonly codec: Codec
  /** The type in TypeScript that rows have; settings choose a reading by it. */
  readonly row: string
  /** The type in TypeScript that writes and filters take. Default: that of rows. */
  readonly input: string
  /** What `sum` makes of it. Default: it does not take it. */
  readonly sum: Total | undefined
  /** What `avg` makes of it. Default: it does not take it. */
  readonly avg: Total | undefined
}

/** The result of a sum or an average. */
export interface Total {
  readonly type: TypeSchema
  /** What PostgreSQL's result is cast to, where it is not of that type. */
  readonly cast?: 'float8' | 'int8'
}

/** A reading as tables write it. */
export interface ReadingDefinition extends Partial<Omit<Reading, 'codec'>> {
  readonly row: string
  readonly codec: Coding
}

/** A base type as tables write it, apart from what they say of every one. */
interface Definition extends Partial<Omit<BaseType, 'name' | 'oids' | 'lookups' | 'readings'>> {
  /** Default: a string, as PostgreSQL prints it, in text format. */
  readonly readings?: readonly [
    ReadingDefinition,
    ...(ReadingDefinition & { readonly row: ConvertedTypeSchema['as'] })[],
  ]
}

/** The record of a base type. What is left out has the default that {@link BaseType} and {@link Reading} say. */
export function defineType(
  name: string,
  oids: BaseType['oids'],
  lookups: BaseType['lookups'],
  { readings: [first, ...others] = [asString(stringCodec(name))], ...given }: Definition = {},
): BaseType {
  return {
    name,
    oids,
    lookups,
    innerEquality: lookups !== 'null',
    family: name,
    alike: name,
    exactKey: undefined,
    canonical: undefined,
    namesOperands: false,
    plainText: lookups === 'text',
    delimiter: ',',
    flat: false,
    ...given,
    readings: [
      defineReading(first, { name }),
      ...others.map((other) => defineReading(other, { name: `${name} as ${other.row}`, base: name })),
    ],
  }
}

function defineReading({ codec, ...given }: ReadingDefinition, names: Pick<Codec, 'name' | 'base'>): Reading {
  return { input: given.row, sum: undefined, avg: undefined, ...given, codec: { ...codec, ...names } }
}

/** What is read and written as a string. */
export function asString(codec: Coding): ReadingDefinition & { readonly row: 'string' } {
  return { row: 'string', codec }
}

const PRIMITIVES: readonly string[] = ['bigint', 'boolean', 'number', 'string']

/** Whether the values of a reading are objects, each of which is another even where they are equal. */
export function isObject({ row }: Reading): boolean {
  return !PRIMITIVES.includes(row)
}
