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
