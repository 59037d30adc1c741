// Node has had these methods for ever; only their types are not published. They skip the checks of toString().
type SlicingBuffer = Buffer & {
  utf8Slice(start: number, end: number): string
  latin1Slice(start: number, end: number): string
}

/** The signed 32-bit integer at `at`, in network byte order. */
export function int32(bytes: Buffer, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
}

/** The unsigned 32-bit integer at `at`, in network byte order. */
export function uint32(bytes: Buffer, at: number): number {
  return int32(bytes, at) >>> 0
}

/** The signed 16-bit integer at `at`, in network byte order. */
export function int16(bytes: Buffer, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16)) >> 16
}

/** The signed 64-bit integer whose halves are `high` (signed) and `low` (unsigned). */
export function bigintOf(high: number, low: number): bigint {
  // Below 2^53 a double holds it exactly, and one conversion is several times faster than two and a shift.
  if (high >= -0x200000 && high < 0x200000) return BigInt(high * 0x100000000 + low)
  return (BigInt(high) << 32n) | BigInt(low)
}

/** The UTF-8 text of `bytes[start, end)`. */
export function utf8(bytes: Buffer, start: number, end: number): string {
  // Crossing into native code costs more than reading a very short ASCII string here.
  if (end - start <= 4) {
    let text = ''
    let at = start
    for (; at < end; at++) {
      const byte = bytes[at]!
      if (byte > 127) break
      text += String.fromCharCode(byte)
    }
    if (at === end) return text
  }
  return (bytes as SlicingBuffer).utf8Slice(start, end)
}

const char = String.fromCharCode

/** The text of `bytes[at, end)` where these are known to be ASCII. */
export function ascii(bytes: Buffer, at: number, end: number): string {
  switch (end - at) {
    case 0:
      return ''
    case 1:
      return char(bytes[at]!)
    case 2:
      return char(bytes[at]!, bytes[at + 1]!)
    case 3:
      return char(bytes[at]!, bytes[at + 1]!, bytes[at + 2]!)
    case 4:
      return char(bytes[at]!, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!)
    case 5:
      return char(bytes[at]!, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!, bytes[at + 4]!)
    case 6:
      return char(bytes[at]!, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!, bytes[at + 4]!, bytes[at + 5]!)
    case 7:
      return char(
        bytes[at]!,
        bytes[at + 1]!,
        bytes[at + 2]!,
        bytes[at + 3]!,
        bytes[at + 4]!,
        bytes[at + 5]!,
        bytes[at + 6]!,
      )
    case 8:
      return char(
        bytes[at]!,
        bytes[at + 1]!,
        bytes[at + 2]!,
        bytes[at + 3]!,
        bytes[at + 4]!,
        bytes[at + 5]!,
        bytes[at + 6]!,
        bytes[at + 7]!,
      )
    default:
      return (bytes as SlicingBuffer).latin1Slice(at, end)
  }
}
