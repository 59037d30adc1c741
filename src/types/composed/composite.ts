import { DecodeError, EncodeError } from '../../errors.js'
import { int32 } from '../text/bytes.js'
import type { Codec } from '../codec.js'
import { describe, misfit } from '../describe.js'
import { literalText, quote, readLiteral } from './literal.js'

/** A composite's attribute: its key in the object, and its codec. */
interface CompositeField {
  readonly property: string
  readonly codec: Codec
  /** Whether the attribute that came, by the OID of its type, is one that the codec reads. */
  readonly isOfType: (oid: number) => boolean
}

type Values = Record<string, unknown>

/** Composites: an object with every field, null where it is NULL. */
export function compositeCodec(name: string, fields: readonly CompositeField[]): Codec {
  const properties = new Set(fields.map((field) => field.property))

  function mismatch(): DecodeError {
    return new DecodeError(
      `The server sent a ${name} that does not have the ${fields.length} attributes of the generated schema, by number and type. Generate again.`,
    )
  }

  function writeField({ property, codec }: CompositeField, values: Values): string {
    const value = Object.hasOwn(values, property) ? values[property] : undefined
    if (value === null) return ''
    if (value === undefined) {
      throw new EncodeError(
        `The field ${JSON.stringify(property)} of ${name} is missing. Give null for NULL.`,
      )
    }
    return quote(literalText(codec.encode(value)))
  }

  const composite: Codec = {
    name,
    decodeText: (text) =>
      readLiteral(name, text, (literal) => {
        const values: Values = {}
        literal.expect('(')
        fields.forEach(({ property, codec }, index) => {
          if (index > 0 && !literal.take(',')) throw mismatch()
          const part = literal.part(',)')
          setProperty(values, property, part === '' && !literal.quoted ? null : codec.decodeText(part))
        })
        if (!literal.take(')')) throw mismatch()
        return values
      }),
    encode: (value) => {
      if (typeof value !== 'object' || value === null) {
        throw misfit(`${name} takes an object`, value)
      }
      const unknown = Object.keys(value).find((key) => !properties.has(key))
      if (unknown !== undefined) {
        throw new EncodeError(`${name} has no field ${JSON.stringify(unknown)}: ${describe(value)}.`, {
          value,
        })
      }
      // It has no other keys than the fields', which are looked at one by one.
      const values = value as Values
      return `(${fields.map((field) => writeField(field, values)).join(',')})`
    },
  }
  if (fields.some(({ codec }) => codec.decodeBinary === undefined)) return composite
  // By position, the OID of the last value: it is the same for all of a result.
  const accepted: number[] = []
  return {
    ...composite,
    decodeBinary: (bytes, start, end) => {
      if (int32(bytes, start) !== fields.length) throw mismatch()
      const values: Values = {}
      let at = start + 4
      for (let index = 0; index < fields.length; index++) {
        const { property, codec, isOfType } = fields[index]!
        const oid = int32(bytes, at)
        // Attributes can be dropped and added under a table that has them, and then be as many as before.
        if (oid !== accepted[index]) {
          if (!isOfType(oid >>> 0)) throw mismatch()
          accepted[index] = oid
        }
        const length = int32(bytes, at + 4)
        const from = at + 8
        at = length === -1 ? from : from + length
        if (at > end) throw mismatch()
        setProperty(values, property, length === -1 ? null : codec.decodeBinary!(bytes, from, at))
      }
      return values
    },
  }
}

/** Sets a property of whatever name: to assign `__proto__` would change what the object inherits from. */
export function setProperty(row: Record<string, unknown>, property: string, value: unknown): void {
  if (property !== '__proto__') row[property] = value
  else Object.defineProperty(row, property, { value, enumerable: true, writable: true, configurable: true })
}
