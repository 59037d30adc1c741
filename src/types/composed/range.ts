import { EncodeError } from '../../errors.js'
import { int32 } from '../text/bytes.js'
import type { CellDecoder, Codec } from '../codec.js'
import { misfit, otherType } from '../describe.js'
import { literalText, quote, readLiteral, type LiteralReader } from './literal.js'

/** Which ends belong to a range; `empty` is the range that holds nothing. */
export type RangeBounds = '[]' | '[)' | '(]' | '()' | 'empty'

/** A range: `lower` or `upper` is null where it has no limit, and both are when it is empty. */
export interface Range<T> {
  /** The lower bound; null where it has no limit, or is empty. */
  readonly lower: T | null
  /** The upper bound; null where it has no limit, or is empty. */
  readonly upper: T | null
  /** Which bounds belong to it: `'[)'` has the lower one and not the upper; `'empty'` holds nothing. */
  readonly bounds: RangeBounds
}

/** A range's codec, which multiranges build on. */
interface RangeCodec extends Codec {
  /** Reads the range that comes next in a literal. */
  readonly read: (literal: LiteralReader) => Range<unknown>
}

const empty = 1
const lowerInclusive = 2
const upperInclusive = 4
const lowerInfinite = 8
const upperInfinite = 16

/** Ranges over `subtype`. */
export function rangeCodec(name: string, subtype: Codec): RangeCodec {
  function read(literal: LiteralReader): Range<unknown> {
    if (literal.take('empty')) return { lower: null, upper: null, bounds: 'empty' }
    const opening = literal.next()
    const lower = readBound(literal, ',')
    literal.expect(',')
    const upper = readBound(literal, ')]')
    const bounds = opening + literal.next()
    if (!isBounds(bounds)) throw literal.malformed()
    return { lower, upper, bounds }
  }

  function readBound(literal: LiteralReader, stops: string): unknown {
    const text = literal.part(stops)
    return text === '' && !literal.quoted ? null : subtype.decodeText(text)
  }

  function writeBound(value: unknown, side: string): string {
    if (value === null) return ''
    if (value === undefined) {
      throw new EncodeError(`The ${side} bound of a ${name} is undefined. Give null for no limit.`)
    }
    return quote(literalText(subtype.encode(value)))
  }

  const decode = subtype.decodeBinary
  return {
    name,
    read,
    decodeBinary: decode && binaryReader(name, decode),
    decodeText: (text) => readLiteral(name, text, read),
    encode: (value) => {
      // Whatever was given: of these, what it has is looked at.
      const { lower, upper, bounds } = Object(value) as Partial<Range<unknown>>
      if (bounds === 'empty' && lower === null && upper === null) return 'empty'
      if (bounds === undefined || !isBounds(bounds)) {
        throw misfit(
          `${name} takes { lower, upper, bounds } with bounds '[)', '[]', '(]' or '()', or 'empty' with lower and upper null`,
          value,
        )
      }
      return `${bounds.charAt(0)}${writeBound(lower, 'lower')},${writeBound(upper, 'upper')}${bounds.charAt(1)}`
    },
  }
}

function isBounds(text: string): text is Exclude<RangeBounds, 'empty'> {
  return text === '[)' || text === '[]' || text === '(]' || text === '()'
}

function binaryReader(name: string, decode: CellDecoder): CellDecoder {
  return (bytes, start, end): Range<unknown> => {
    const flags = bytes[start]!
    if ((flags & empty) !== 0) return { lower: null, upper: null, bounds: 'empty' }
    let at = start + 1
    const bound = (): unknown => {
      const from = at + 4
      at = from + int32(bytes, at)
      if (at > end) throw otherType(name)
      return decode(bytes, from, at)
    }
    const lower = (flags & lowerInfinite) === 0 ? bound() : null
    const upper = (flags & upperInfinite) === 0 ? bound() : null
    if (at !== end) throw otherType(name)
    const opening = (flags & lowerInclusive) === 0 ? '(' : '['
    const closing = (flags & upperInclusive) === 0 ? ')' : ']'
    return { lower, upper, bounds: `${opening}${closing}` }
  }
}

/** Multiranges of `range`: an array of ranges. PostgreSQL sorts and merges what it is given. */
export function multirangeCodec(name: string, range: RangeCodec): Codec {
  const decode = range.decodeBinary
  return {
    name,
    decodeBinary:
      decode &&
      ((bytes, start) => {
        const ranges: unknown[] = []
        let at = start + 4
        for (let left = int32(bytes, start); left > 0; left--) {
          const from = at + 4
          at = from + int32(bytes, at)
          ranges.push(decode(bytes, from, at))
        }
        return ranges
      }),
    decodeText: (text) =>
      readLiteral(name, text, (literal) => {
        const ranges: unknown[] = []
        literal.expect('{')
        if (literal.take('}')) return ranges
        do ranges.push(range.read(literal))
        while (literal.take(','))
        literal.expect('}')
        return ranges
      }),
    encode: (value) => {
      if (!Array.isArray(value)) {
        throw misfit(`${name} takes an array of ranges`, value)
      }
      return `{${Array.from(value, (item) => literalText(range.encode(item))).join(',')}}`
    },
  }
}
