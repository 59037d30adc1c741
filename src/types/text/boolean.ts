import type { Coding } from '../codec.js'
import { checkWidth, misfit, unrecognised } from '../describe.js'

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
    throw misfit('bool takes true or false', value)
  },
  encodeBinary: (value, bytes) => {
    if (typeof value !== 'boolean') return false
    bytes.int8(value ? 1 : 0)
    return true
  },
}
