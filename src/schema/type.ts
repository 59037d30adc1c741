import { qualifiedName, type Qualified } from './qualified-name.js'

/**
 * A PostgreSQL type as plain data: what the generator writes beside each column and what codecs are picked by.
 *
 * A string names a base type as `pg_type.typname` does (`'int4'`, `'timestamptz'`, `'citext'`); everything
 * built from other types is an object. OIDs are not part of it: those of enums, domains and extension types
 * differ per database.
 */
export type TypeSchema =
  | string
  | ConvertedTypeSchema
  | EnumTypeSchema
  | DomainTypeSchema
  | ArrayTypeSchema
  | RangeTypeSchema
  | MultirangeTypeSchema
  | CompositeTypeSchema

/** A base type whose values are read otherwise than by default: `{ type: 'int8', as: 'number' }`. */
export interface ConvertedTypeSchema {
  /** A base type that is read otherwise. */
  readonly kind: 'converted'
  /** The base type. */
  readonly type: string
  /** What its values are read as. */
  readonly as: 'bigint' | 'number' | 'string' | 'Date'
}

/** What counts are. */
export const COUNT_TYPE: ConvertedTypeSchema = { kind: 'converted', type: 'int8', as: 'number' }

/** An enum; `labels` in their declared order. */
export interface EnumTypeSchema extends Qualified {
  /** An enum. */
  readonly kind: 'enum'
  /** Its labels, in their order. */
  readonly labels: readonly string[]
}

/**
 * A domain; `base` is the type it is over, which may be another domain. A type of an extension stands as a domain over
 * its own name, `citext`, so that it is found in its schema whatever the search_path is.
 */
export interface DomainTypeSchema extends Qualified {
  /** A domain. */
  readonly kind: 'domain'
  /** What it is over. */
  readonly base: TypeSchema
}

/** An array of any number of dimensions: PostgreSQL does not record how many. */
export interface ArrayTypeSchema {
  /** An array. */
  readonly kind: 'array'
  /** The type of its elements. */
  readonly element: TypeSchema
}

/** A range, such as `int4range` or one made by CREATE TYPE … AS RANGE. */
export interface RangeTypeSchema extends Qualified {
  /** A range. */
  readonly kind: 'range'
  /** The type of its bounds. */
  readonly subtype: TypeSchema
}

/** A multirange; `range` is the range it is a set of. */
export interface MultirangeTypeSchema extends Qualified {
  /** A multirange. */
  readonly kind: 'multirange'
  /** The type of its ranges. */
  readonly range: RangeTypeSchema
}

/** A composite type; `property` is the key in the TypeScript object, `name` the attribute in SQL. */
export interface CompositeTypeSchema extends Qualified {
  /** A composite type. */
  readonly kind: 'composite'
  /** Its fields, in their order. */
  readonly fields: readonly CompositeFieldSchema[]
}

/** One attribute of a composite type. */
export interface CompositeFieldSchema {
  /** Its key in TypeScript. */
  readonly property: string
  /** Its name in SQL. */
  readonly name: string
  /** Its PostgreSQL type. */
  readonly type: TypeSchema
}

/** What a domain is over at last; any other type is itself. */
export function baseType(type: TypeSchema): Exclude<TypeSchema, DomainTypeSchema> {
  let base = type
  while (typeof base !== 'string' && base.kind === 'domain') base = base.base
  return base
}

/** What a type is to the server at last, under its domains and whatever its values are read as. */
export function serverType(type: TypeSchema): Exclude<TypeSchema, DomainTypeSchema | ConvertedTypeSchema> {
  const base = baseType(type)
  return typeof base !== 'string' && base.kind === 'converted' ? base.type : base
}

/** What a range or multirange is over; of any other type itself. */
export function subtypeOf(type: TypeSchema): TypeSchema {
  const base = baseType(type)
  if (typeof base === 'string') return base
  if (base.kind === 'multirange') return base.range.subtype
  return base.kind === 'range' ? base.subtype : base
}

/** Whether values of a type, or what arrays and ranges are of, are read otherwise than by default. */
export function hasConversion(type: TypeSchema): boolean {
  const base = baseType(type)
  if (typeof base === 'string') return false
  const part = base.kind === 'array' ? base.element : subtypeOf(base)
  return part === base ? base.kind === 'converted' : hasConversion(part)
}

/** A type of an extension: that is in the schema where the extension was made, whoever uses it. */
export function isOfExtension(type: TypeSchema): boolean {
  if (typeof type === 'string' || type.kind !== 'domain') return false
  return type.base === type.name || type.base === qualifiedName(type)
}

/** The extension's type that a type is at last, under its domains; undefined for any other. */
export function extensionType(type: TypeSchema): DomainTypeSchema | undefined {
  let inner = type
  while (typeof inner !== 'string' && inner.kind === 'domain') {
    if (isOfExtension(inner)) return inner
    inner = inner.base
  }
  return undefined
}

/** Whether unnest() would not give back the values of an array of such: it flattens arrays, and spreads composites. */
export function isSpread(type: TypeSchema): boolean {
  if (typeof type !== 'string' && type.kind === 'array') return true
  const base = baseType(type)
  return typeof base !== 'string' && base.kind === 'composite'
}

/** The types with a schema of their own that a type is made of, itself included. */
export function qualifiedTypes(type: TypeSchema): Qualified[] {
  if (typeof type === 'string' || type.kind === 'converted') return []
  switch (type.kind) {
    case 'array':
      return qualifiedTypes(type.element)
    case 'domain':
      return [type, ...qualifiedTypes(type.base)]
    case 'multirange':
      return [type, ...qualifiedTypes(type.range)]
    case 'range':
      return [type, ...qualifiedTypes(type.subtype)]
    case 'composite':
      return [type, ...type.fields.flatMap((field) => qualifiedTypes(field.type))]
    case 'enum':
      return [type]
  }
}

/** A type for messages, and as codecs are named: `int8 as number`, `public.mood[]`. */
export function typeLabel(type: TypeSchema): string {
  if (typeof type === 'string') return type
  if (type.kind === 'converted') return `${type.type} as ${type.as}`
  return type.kind === 'array' ? `${typeLabel(type.element)}[]` : qualifiedName(type)
}

/** The same as the server has it, whatever its values are read as: `int8`. */
export function serverLabel(type: TypeSchema): string {
  if (typeof type === 'string') return type
  if (type.kind === 'array') return `${serverLabel(type.element)}[]`
  return type.kind === 'converted' ? type.type : typeLabel(type)
}
