import { DecodeError, EncodeError } from '../../errors.js'
import { bigintOf, int16, int32, uint32 } from '../text/bytes.js'
import type { ByteWriter } from '../byte-writer.js'
import type { Coding } from '../codec.js'
import { checkWidth, describe, misfit, printedAs } from '../describe.js'

const printed = /^-?\d+$/

function integerCodec(
  name: string,
  width: number,
  least: number,
  most: number,
  read: (bytes: Buffer, at: number) => number,
  write: (bytes: ByteWriter, value: number) => void,
): Coding {
  return {
    decodeText: (text) => Number(printedAs(name, printed, text)),
    decodeBinary: (bytes, start, end) => {
      checkWidth(name, width, start, end)
      return read(bytes, start)
    },
    encode: (value) => {
      const whole = typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))
      if (whole && value >= least && value <= most) return value.toString()
      throw misfit(`${name} takes an integer from ${least} to ${most}`, value)
    },
    encodeBinary: (value, bytes) => {
      if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) return false
      write(bytes, value)
      return true
    },
  }
}

const write32 = (bytes: ByteWriter, value: number): void => bytes.int32(value)

/** `int2`: number. */
export const int2Codec = integerCodec('int2', 2, -32768, 32767, int16, (bytes, value) => bytes.int16(value))

/** `int4`: number. */
export const int4Codec = integerCodec('int4', 4, -2147483648, 2147483647, int32, write32)

/** `oid`: number from 0 to 4294967295. */
export const oidCodec = integerCodec('oid', 4, 0, 4294967295, uint32, write32)

const leastInt8 = -(2n ** 63n)
const mostInt8 = 2n ** 63n - 1n

const int8Text = (text: string): string => printedAs('int8', printed, text)

function decodeInt8(bytes: Buffer, start: number, end: number): bigint {
  checkWidth('int8', 8, start, end)
  return bigintOf(int32(bytes, start), uint32(bytes, start + 4))
}

function encodeInt8(value: unknown): string {
  if (typeof value === 'bigint') {
    if (value >= leastInt8 && value <= mostInt8) return value.toString()
    throw misfit(`int8 takes integers from ${leastInt8} to ${mostInt8}`, value)
  }
  if (typeof value === 'number' && Number.isInteger(value)) {
    if (Number.isSafeInteger(value)) return BigInt(value).toString()
    throw new EncodeError(
      `int8 takes no number beyond 2^53, where integers are rounded: ${describe(value)}. Give a bigint.`,
      { value },
    )
  }
  throw misfit('int8 takes a bigint or an integer', value)
}

function encodeInt8Binary(value: unknown, bytes: ByteWriter): boolean {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) return false
    bytes.safeInt64(value)
    return true
  }
  if (typeof value !== 'bigint' || value < leastInt8 || value > mostInt8) return false
  bytes.int32(Number(value >> 32n))
  bytes.int32(Number(value & 0xffffffffn))
  return true
}

/** `int8`: bigint. A number is taken too while it is a safe integer. */
export const int8Codec: Coding = {
  decodeText: (text) => BigInt(int8Text(text)),
  decodeBinary: decodeInt8,
  encode: encodeInt8,
  encodeBinary: encodeInt8Binary,
}

/** `int8` as number, for what is small as a rule: counts, and sums of small integers. */
export const int8AsNumberCodec: Coding = {
  decodeText: (text) => safeNumber(BigInt(int8Text(text))),
  decodeBinary: (bytes, start, end) => safeNumber(decodeInt8(bytes, start, end)),
  encode: encodeInt8,
  encodeBinary: encodeInt8Binary,
}

/** `int8` as string of digits. Bigints and integers are taken too. */
export const int8AsStringCodec: Coding = {
  decodeText: int8Text,
  decodeBinary: (bytes, start, end) => decodeInt8(bytes, start, end).toString(),
  encode: (value) => encodeInt8(digits(value)),
  encodeBinary: (value, bytes) => encodeInt8Binary(digits(value), bytes),
}

/** What a string of digits stands for; anything else as it is. */
function digits(value: unknown): unknown {
  return typeof value === 'string' && printed.test(value) ? BigInt(value) : value
}

function safeNumber(value: bigint): number {
  const number = Number(value)
  if (Number.isSafeInteger(number)) return number
  throw new DecodeError('The int8 is beyond 2^53, where a number would be rounded.', { value })
}
