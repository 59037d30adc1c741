import { EncodeError } from '../../errors.js'
import { int32 } from '../text/bytes.js'
import type { BaseType } from '../base-type.js'
import { writeSized } from '../byte-writer.js'
import type { CellDecoder, CellEncoder, Codec } from '../codec.js'
import { misfit, otherType } from '../describe.js'
import { elementText, readLiteral, type LiteralReader } from './literal.js'

const mostDimensions = 6
const lowerBounds = /^(?:\[-?\d+:-?\d+\])+=/

/** How arrays of an element type differ from most. */
export type ArrayOptions = Pick<BaseType, 'delimiter' | 'flat'> & {
  /** The OID of the elements' type, which those of a binary array have to name: of PostgreSQL's own types alone. */
  readonly oid?: number | undefined
}

/** Arrays of `element`, nested as deep as they have dimensions; lower bounds other than 1 are not kept. */
export function arrayCodec(element: Codec, { delimiter, flat, oid }: ArrayOptions): Codec {
  const name = `${element.name}[]`
  const stops = `${delimiter}}`

  function read(literal: LiteralReader): unknown[] {
    literal.expect('{')
    const items: unknown[] = []
    if (literal.take('}')) return items
    do {
      if (literal.sees('{')) {
        items.push(read(literal))
      } else {
        const text = literal.part(stops)
        items.push(text === 'NULL' && !literal.quoted ? null : element.decodeText(text))
      }
    } while (literal.take(delimiter))
    literal.expect('}')
    return items
  }

  function writeElement(item: unknown): string {
    if (item === null) return 'NULL'
    if (item === undefined) throw new EncodeError(`An element of ${name} is undefined. Give null for NULL.`)
    return elementText(element.encode(item))
  }

  function write(items: readonly unknown[], sizes: readonly number[], dimension: number): string {
    if (items.length !== sizes[dimension]) throw ragged(name)
    const innermost = dimension === sizes.length - 1
    const parts = Array.from(items, (item) => {
      if (innermost && (flat || !Array.isArray(item))) return writeElement(item)
      if (innermost || !Array.isArray(item)) throw ragged(name)
      return write(item, sizes, dimension + 1)
    })
    return `{${parts.join(delimiter)}}`
  }

  const decode = element.decodeBinary
  const encode = element.encodeBinary
  return {
    name,
    encodeBinary: encode && oid !== undefined ? binaryWriter(encode, oid, flat) : undefined,
    decodeBinary: decode && binaryReader(name, decode),
    decodeText: (text) =>
      readLiteral(name, text, (literal) => {
        if (text.startsWith('[')) literal.take(lowerBounds.exec(text)?.[0] ?? '')
        return read(literal)
      }),
    encode: (value) => {
      if (!Array.isArray(value)) throw misfit(`${name} takes an array`, value)
      const sizes = flat ? [value.length] : sizesOf(value)
      if (sizes[0] === 0) return '{}'
      if (sizes.includes(0)) {
        throw new EncodeError(`${name} cannot hold empty arrays inside an array: PostgreSQL has only '{}'.`)
      }
      if (sizes.length > mostDimensions) {
        throw new EncodeError(`${name} has at most ${mostDimensions} dimensions, not ${sizes.length}.`)
      }
      return write(value, sizes, 0)
    },
  }
}

function ragged(name: string): EncodeError {
  return new EncodeError(`All arrays at one depth of ${name} must have the same length and depth.`)
}

/** The length of the first array at every depth. */
function sizesOf(value: readonly unknown[]): number[] {
  const sizes: number[] = []
  for (let level: unknown = value; Array.isArray(level); level = level[0]) {
    sizes.push(level.length)
    if (sizes.length > mostDimensions) break
  }
  return sizes
}

/** Arrays with the arrays of one depth of different lengths are left to `encode`, which says so. */
function binaryWriter(encode: CellEncoder, oid: number, flat: boolean): CellEncoder {
  return (value, bytes) => {
    if (!Array.isArray(value)) return false
    const sizes = value.length === 0 ? [] : flat ? [value.length] : sizesOf(value)
    if (sizes.includes(0) || sizes.length > mostDimensions) return false
    bytes.int32(sizes.length)
    const hasNull = bytes.at
    bytes.int32(0)
    bytes.int32(oid)
    for (const size of sizes) {
      bytes.int32(size)
      bytes.int32(1)
    }

    const write = (items: readonly unknown[], dimension: number): boolean => {
      if (items.length !== sizes[dimension]) return false
      const innermost = dimension === sizes.length - 1
      for (const item of items) {
        if (!innermost) {
          if (!Array.isArray(item) || !write(item, dimension + 1)) return false
        } else if (item === null) {
          bytes.int32At(hasNull, 1)
          bytes.int32(-1)
        } else if ((!flat && Array.isArray(item)) || !writeSized(bytes, encode, item)) return false
      }
      return true
    }
    return sizes.length === 0 || write(value, 0)
  }
}

function binaryReader(name: string, decode: CellDecoder): CellDecoder {
  return (bytes, start, end) => {
    const dimensions = int32(bytes, start)
    if (dimensions === 0) return []
    // Number of dimensions, flags, element type; then size and lower bound of every dimension; then the elements.
    let at = start + 12 + 8 * dimensions
    if (dimensions < 0 || dimensions > mostDimensions || at > end) throw otherType(name)

    const read = (dimension: number): unknown[] => {
      const size = int32(bytes, start + 12 + 8 * dimension)
      const items: unknown[] = []
      for (let index = 0; index < size; index++) {
        if (dimension < dimensions - 1) {
          items.push(read(dimension + 1))
          continue
        }
        const length = int32(bytes, at)
        at += 4
        if (length === -1) {
          items.push(null)
        } else {
          if (length < 0 || at + length > end) throw otherType(name)
          items.push(decode(bytes, at, (at += length)))
        }
      }
      return items
    }
    const items = read(0)
    if (at !== end) throw otherType(name)
    return items
  }
}
