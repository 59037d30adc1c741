import { DecodeError, EncodeError } from '../../errors.js'
import { bigintOf, int32, uint32 } from '../text/bytes.js'
import type { Coding } from '../codec.js'
import { checkWidth, describe, misfit, unrecognised } from '../describe.js'

const least = -(2n ** 63n)
const most = 2n ** 63n - 1n
const printed = /^-?\d+$/

function checkText(text: string): string {
  if (!printed.test(text)) throw unrecognised('int8', text)
  return text
}

function decodeBinary(bytes: Buffer, start: number, end: number): bigint {
  checkWidth('int8', 8, start, end)
  return bigintOf(int32(bytes, start), uint32(bytes, start + 4))
}

function encode(value: unknown): string {
  if (typeof value === 'bigint') {
    if (value >= least && value <= most) return value.toString()
    throw misfit(`int8 takes integers from ${least} to ${most}`, value)
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

/** `int8`: bigint. A number is taken too while it is a safe integer. */
export const int8Codec: Coding = { decodeText: (text) => BigInt(checkText(text)), decodeBinary, encode }

/** `int8` as number, for what is small as a rule: counts, and sums of small integers. */
export const int8AsNumberCodec: Coding = {
  decodeText: (text) => safeNumber(BigInt(checkText(text))),
  decodeBinary: (bytes, start, end) => safeNumber(decodeBinary(bytes, start, end)),
  encode,
}

/** `int8` as string of digits. Bigints and integers are taken too. */
export const int8AsStringCodec: Coding = {
  decodeText: checkText,
  decodeBinary: (bytes, start, end) => decodeBinary(bytes, start, end).toString(),
  encode: (value) => encode(typeof value === 'string' && printed.test(value) ? BigInt(value) : value),
}

function safeNumber(value: bigint): number {
  const number = Number(value)
  if (Number.isSafeInteger(number)) return number
  throw new DecodeError('The int8 is beyond 2^53, where a number would be rounded.', { value })
}
