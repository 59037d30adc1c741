import { bigintOf, int32, uint32 } from '../text/bytes.js'
import type { Codec } from '../codec.js'
import { checkWidth, unrecognised } from '../describe.js'
import { int8Codec } from './integer.js'

const integerText = /^-?\d+$/

/** `int8` as string of digits. Bigints and integers are taken too. */
export const int8AsStringCodec: Codec = {
  name: 'int8 as string',
  base: 'int8',
  decodeText: (text) => {
    if (!integerText.test(text)) throw unrecognised('int8', text)
    return text
  },
  decodeBinary: (bytes, start, end) => {
    checkWidth('int8', 8, start, end)
    return bigintOf(int32(bytes, start), uint32(bytes, start + 4)).toString()
  },
  encode: (value) =>
    int8Codec.encode(typeof value === 'string' && integerText.test(value) ? BigInt(value) : value),
}
