import { EncodeError } from '../../errors.js'
import { int32 } from '../text/bytes.js'
import type { Codec } from '../codec.js'
import { describe } from '../describe.js'
import { LiteralReader, literalText } from './literal.js'
import type { RangeCodec } from './range.js'

/** Multiranges of `range`: an array of ranges. PostgreSQL sorts and merges what it is given. */
export function multirangeCodec(name: string, range: RangeCodec): Codec {
  const codec: Codec = {
    name,
    decodeText: (text) => {
      const literal = new LiteralReader(name, text)
      const ranges: unknown[] = []
      literal.expect('{')
      if (!literal.sees('}')) {
        do ranges.push(range.read(literal))
        while (literal.take(','))
      }
      literal.expect('}')
      literal.end()
      return ranges
    },
    encode: (value) => {
      if (!Array.isArray(value)) {
        throw new EncodeError(`${name} takes an array of ranges, not ${describe(value)}.`)
      }
      return `{${Array.from(value, (item) => literalText(range.encode(item))).join(',')}}`
    },
  }
  const decode = range.decodeBinary
  if (decode === undefined) return codec
  return {
    ...codec,
    decodeBinary: (bytes, start) => {
      const ranges: unknown[] = []
      let at = start + 4
      for (let left = int32(bytes, start); left > 0; left--) {
        const from = at + 4
        at = from + int32(bytes, at)
        ranges.push(decode(bytes, from, at))
      }
      return ranges
    },
  }
}
