import { types } from 'node:util'
import type { Coding } from '../codec.js'
import { misfit, unrecognised } from '../describe.js'

function decodeHex(text: string): Buffer {
  const bytes = Buffer.from(text.slice(2), 'hex')
  // Buffer.from stops at the first character that is no hexadecimal digit.
  if (bytes.length * 2 !== text.length - 2) throw unrecognised('bytea', text)
  return bytes
}

const escapes = /\\(?:\\|[0-3][0-7]{2})|[^\\]/g

function decodeEscape(text: string): Buffer {
  const bytes = Buffer.allocUnsafe(text.length)
  let size = 0
  let read = 0
  for (const [token] of text.matchAll(escapes)) {
    bytes[size++] = token.length === 4 ? parseInt(token.slice(1), 8) : token.charCodeAt(0)
    read += token.length
  }
  if (read !== text.length) throw unrecognised('bytea', text)
  return Buffer.from(bytes.subarray(0, size))
}

/** `bytea`: Buffer, a copy of its own. Any Uint8Array is taken. Reads both settings of bytea_output. */
export const byteaCodec: Coding = {
  decodeText: (text) => (text.startsWith('\\x') ? decodeHex(text) : decodeEscape(text)),
  decodeBinary: (bytes, start, end) => {
    // Not from Node's pool: a value that is kept would keep the others in its slab as well.
    const copy = Buffer.allocUnsafeSlow(end - start)
    bytes.copy(copy, 0, start, end)
    return copy
  },
  encode: (value) => {
    if (types.isUint8Array(value)) {
      return Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    }
    throw misfit('bytea takes a Buffer or a Uint8Array', value)
  },
  encodeBinary: (value, bytes) => {
    if (!types.isUint8Array(value)) return false
    bytes.bytes(value)
    return true
  },
}
