import { EncodeError } from '../../errors.js'
import type { Coding } from '../codec.js'
import { checkWidth, describe, unrecognised } from '../describe.js'

/** `bool`: boolean. */
export const boolCodec: Coding = {
  decodeText: (text) => {
    if (text === 't') return true
    if (text === 'f') return false
    throw unrecognised('bool', text)
  },
  decodeBinary: (bytes, start, end) => {
    checkWidth('bool', 1, start, end)
    return bytes[start] === 1
  },
  encode: (value) => {
    if (value === true) return 't'
    if (value === false) return 'f'
    throw new EncodeError(`bool takes true or false, not ${describe(value)}.`)
  },
}
