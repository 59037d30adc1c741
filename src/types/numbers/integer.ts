import { int16, int32, uint32 } from '../text/bytes.js'
import type { Coding } from '../codec.js'
import { checkWidth, misfit, unrecognised } from '../describe.js'

const integerText = /^-?\d+$/

function integerCodec(
  name: string,
  width: number,
  least: number,
  most: number,
  read: (bytes: Buffer, at: number) => number,
): Coding {
  return {
    decodeText: (text) => {
      if (!integerText.test(text)) throw unrecognised(name, text)
      return Number(text)
    },
    decodeBinary: (bytes, start, end) => {
      checkWidth(name, width, start, end)
      return read(bytes, start)
    },
    encode: (value) => {
      const whole = typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))
      if (whole && value >= least && value <= most) return value.toString()
      throw misfit(`${name} takes an integer from ${least} to ${most}`, value)
    },
  }
}

/** `int2`: number. */
export const int2Codec = integerCodec('int2', 2, -32768, 32767, int16)

/** `int4`: number. */
export const int4Codec = integerCodec('int4', 4, -2147483648, 2147483647, int32)

/** `oid`: number from 0 to 4294967295. */
export const oidCodec = integerCodec('oid', 4, 0, 4294967295, uint32)
