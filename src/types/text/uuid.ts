import type { Coding } from '../codec.js'
import { checkWidth, misfit, printedAs } from '../describe.js'

const printed = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const accepted = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

const HYPHEN = 0x2d
/** A hexadecimal digit: those after 9 are letters of either case. */
const nibble = (code: number): number => (code & 15) + (code > 57 ? 9 : 0)

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
const pair = (bytes: Buffer, at: number): string => hex[bytes[at]!]! + hex[bytes[at + 1]!]!

/** `uuid`: string in lower case, with hyphens; upper case is taken. */
export const uuidCodec: Coding = {
  decodeText: (text) => printedAs('uuid', printed, text),
  decodeBinary: (bytes, start, end) => {
    checkWidth('uuid', 16, start, end)
    const head = `${pair(bytes, start)}${pair(bytes, start + 2)}-${pair(bytes, start + 4)}`
    const middle = `-${pair(bytes, start + 6)}-${pair(bytes, start + 8)}-`
    return head + middle + pair(bytes, start + 10) + pair(bytes, start + 12) + pair(bytes, start + 14)
  },
  encode: (value) => {
    if (typeof value === 'string' && accepted.test(value)) return value.toLowerCase()
    throw misfit(`uuid takes a string such as '0b5f0e3a-1c7d-4e52-9f6b-3d2a8c4e7f10'`, value)
  },
  encodeBinary: (value, bytes) => {
    if (typeof value !== 'string' || !accepted.test(value)) return false
    for (let at = 0; at < value.length; at += 2) {
      if (value.charCodeAt(at) === HYPHEN) at++
      bytes.int8(nibble(value.charCodeAt(at)) * 16 + nibble(value.charCodeAt(at + 1)))
    }
    return true
  },
}
