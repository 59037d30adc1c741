import { qualifiedName } from '../schema/qualified-name.js'
import { isConversion, serverName } from '../schema/conversion.js'
import type { RangeTypeSchema, TypeSchema } from '../schema/type.js'
import { arrayCodec } from './composed/array.js'
import { baseCodec } from './base.js'
import type { Codec } from './codec.js'
import { compositeCodec } from './composed/composite.js'
import { enumCodec } from './composed/enum.js'
import { multirangeCodec } from './composed/multirange.js'
import type { RangeCodec } from './composed/range.js'
import { rangeCodec } from './composed/range.js'
import { isBuiltIn, isReadAlike, nameOfOid } from './type-oids.js'

type BuiltType = Exclude<TypeSchema, string>

const built = new WeakMap<BuiltType, Codec>()

/** The codec of a type: always the same for the same name, or for the same schema object. */
export function codecFor(type: TypeSchema): Codec {
  if (typeof type === 'string') return baseCodec(type)
  let codec = built.get(type)
  if (codec === undefined) {
    codec = build(type)
    built.set(type, codec)
  }
  return codec
}

function build(type: BuiltType): Codec {
  switch (type.kind) {
    case 'enum':
      return enumCodec(type)
    case 'domain': {
      const codec = codecFor(type.base)
      return { ...codec, name: qualifiedName(type), base: codec.base ?? codec.name }
    }
    case 'array':
      return buildArray(type.element)
    case 'range':
      return buildRange(type)
    case 'multirange':
      return multirangeCodec(qualifiedName(type), buildRange(type.range))
    case 'composite':
      return compositeCodec(
        qualifiedName(type),
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

/** The server describes an array of int8 as that, whatever its elements are read as. */
function buildArray(element: TypeSchema): Codec {
  const codec = arrayCodec(codecFor(element), arrayOptions(element))
  if (typeof element !== 'string' || !isConversion(element)) return codec
  return { ...codec, base: `${serverName(element)}[]` }
}

function buildRange(type: RangeTypeSchema): RangeCodec {
  return rangeCodec(qualifiedName(type), codecFor(type.subtype))
}

function arrayOptions(element: TypeSchema): { delimiter: string; flat: boolean } {
  let type = element
  while (typeof type !== 'string' && type.kind === 'domain') type = type.base
  if (typeof type !== 'string') {
    return { delimiter: ',', flat: type.kind === 'array' || type.kind === 'multirange' }
  }
  return { delimiter: type === 'box' ? ';' : ',', flat: type === 'json' || type === 'jsonb' }
}
