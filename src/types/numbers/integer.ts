import { DecodeError, EncodeError } from '../../errors.js'
import { bigintOf, int16, int32, uint32 } from '../text/bytes.js'
import type { Codec } from '../codec.js'
import { checkWidth, describe, unrecognised } from '../describe.js'

const integerText = /^-?\d+$/

function integerCodec(
  name: string,
  width: number,
  least: number,
  most: number,
  read: (bytes: Buffer, at: number) => number,
): Codec {
  return {
    name,
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
      throw new EncodeError(`${name} takes an integer from ${least} to ${most}, not ${describe(value)}.`)
    },
  }
}

/** `int2`: number. */
export const int2Codec = integerCodec('int2', 2, -32768, 32767, int16)

/** `int4`: number. */
export const int4Codec = integerCodec('int4', 4, -2147483648, 2147483647, int32)

/** `oid`: number from 0 to 4294967295. */
export const oidCodec = integerCodec('oid', 4, 0, 4294967295, uint32)

const int8Least = -(2n ** 63n)
const int8Most = 2n ** 63n - 1n

/** `int8`: bigint. A number is taken too while it is a safe integer. */
export const int8Codec: Codec = {
  name: 'int8',
  decodeText: (text) => {
    if (!integerText.test(text)) throw unrecognised('int8', text)
    return BigInt(text)
  },
  decodeBinary: (bytes, start, end) => {
    checkWidth('int8', 8, start, end)
    return bigintOf(int32(bytes, start), uint32(bytes, start + 4))
  },
  encode: (value) => {
    if (typeof value === 'bigint') {
      if (value >= int8Least && value <= int8Most) return value.toString()
      throw new EncodeError(`int8 takes integers from ${int8Least} to ${int8Most}, not ${value}.`)
    }
    if (Number.isSafeInteger(value)) return BigInt(value as number).toString()
    if (Number.isInteger(value)) {
      throw new EncodeError(
        `int8 takes no number beyond 2^53, where integers are rounded: ${describe(value)}. Give a bigint.`,
      )
    }
    throw new EncodeError(`int8 takes a bigint or an integer, not ${describe(value)}.`)
  },
}

/** `int8` as number, for what is small as a rule: counts, and sums of small integers. */
export const int8AsNumberCodec: Codec = {
  name: 'int8 as number',
  base: 'int8',
  decodeText: (text) => safeNumber(int8Codec.decodeText(text) as bigint),
  decodeBinary: (bytes, start, end) => {
    checkWidth('int8', 8, start, end)
    return safeNumber(bigintOf(int32(bytes, start), uint32(bytes, start + 4)))
  },
  encode: int8Codec.encode,
}

function safeNumber(value: bigint): number {
  const number = Number(value)
  if (Number.isSafeInteger(number)) return number
  throw new DecodeError(`${value} is beyond 2^53, where a number would be rounded.`)
}
