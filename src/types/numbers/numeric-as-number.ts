import { DecodeError } from '../../errors.js'
import type { Codec } from '../codec.js'
import { numericCodec } from './numeric.js'

/** A double keeps every decimal of so many digits. */
const SAFE_DIGITS = 15

/** `numeric` as number. What a number cannot hold to the last digit is an error; trailing zeros are not kept. */
export const numericAsNumberCodec: Codec = {
  name: 'numeric as number',
  base: 'numeric',
  decodeText: (text) => exactNumber(String(numericCodec.decodeText(text))),
  decodeBinary: (bytes, start, end) => exactNumber(String(numericCodec.decodeBinary?.(bytes, start, end))),
  encode: numericCodec.encode,
}

function exactNumber(text: string): number {
  const number = Number(text)
  if (text.length <= SAFE_DIGITS || digitsOf(text) === digitsOf(String(number))) return number
  throw new DecodeError(
    `A number cannot hold the numeric '${text}' to the last digit. Read it as string instead.`,
  )
}

/** The digits without the zeros around them; of NaN and the infinities their names. */
function digitsOf(text: string): string {
  return text.replace(/e.*$/, '').replace(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '')
}
