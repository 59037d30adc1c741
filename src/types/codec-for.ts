import { baseType, serverLabel, typeLabel, type TypeSchema } from '../schema/type.js'
import { readingOf, recordOf, typeNamed } from './base-types.js'
import type { Codec } from './codec.js'
import { arrayCodec, type ArrayOptions } from './composed/array.js'
import { compositeCodec } from './composed/composite.js'
import { enumCodec } from './composed/enum.js'
import { multirangeCodec, rangeCodec } from './composed/range.js'
import { isBuiltIn, isReadAlike, nameOfOid, typeOfOid } from './type-oids.js'

type BuiltType = Exclude<TypeSchema, string>

const built = new WeakMap<BuiltType, Codec>()

/** The codec of a type: always the same for the same name, or for the same schema object. */
export function codecFor(type: TypeSchema): Codec {
  if (typeof type === 'string') return typeNamed(type).readings[0].codec
  let codec = built.get(type)
  if (codec === undefined) {
    codec = build(type)
    built.set(type, codec)
  }
  return codec
}

/**
 * The codec of a built-in type by its OID, for SQL whose columns no schema describes. Undefined for every other
 * type: the OIDs of enums, domains, composites and extension types differ per database.
 */
export function codecForOid(oid: number): Codec | undefined {
  const type = typeOfOid(oid)
  return type === undefined ? undefined : codecFor(type)
}

function build(type: BuiltType): Codec {
  const name = typeLabel(type)
  switch (type.kind) {
    case 'converted':
      return readingOf(type).codec
    case 'enum':
      return enumCodec(name, type.labels)
    case 'domain':
      return { ...codecFor(type.base), name, base: serverLabel(baseType(type)) }
    case 'array': {
      const codec = arrayCodec(codecFor(type.element), arrayOptions(type.element))
      // The server describes an array of int8 as that, whatever its elements are read as.
      const base = serverLabel(type)
      return base === name ? codec : { ...codec, base }
    }
    case 'range':
      return rangeCodec(name, codecFor(type.subtype))
    case 'multirange':
      return multirangeCodec(name, rangeCodec(typeLabel(type.range), codecFor(type.range.subtype)))
    case 'composite':
      return compositeCodec(
        name,
        type.fields.map((field) => {
          const codec = codecFor(field.type)
          return { property: field.property, codec, isOfType: (oid) => isOfType(codec, oid) }
        }),
      )
  }
}

/** Whether an attribute of the type of this OID is what `codec` reads. Of a domain it is the domain's own. */
function isOfType({ name, base }: Codec, oid: number): boolean {
  const actual = nameOfOid(oid)
  return actual === undefined ? base !== undefined || !isBuiltIn(name) : isReadAlike(actual, base ?? name)
}

function arrayOptions(element: TypeSchema): ArrayOptions {
  const record = recordOf(element)
  if (record !== undefined) {
    const { delimiter, flat, oids } = record
    const isOwn = typeof element === 'string' || element.kind === 'converted'
    return { delimiter, flat, oid: isOwn ? oids?.[0] : undefined }
  }
  const base = baseType(element)
  return { delimiter: ',', flat: typeof base !== 'string' && ['array', 'multirange'].includes(base.kind) }
}
