const FIRST_BYTES = 64 * 1024
/** Crossing into native code costs more than writing a short ASCII string here. */
const SHORT = 24
/** A string's bytes are counted before room is made for them, rather than room made for as many as there could be. */
const LONG = 64 * 1024

/** Bytes in the making, in network byte order, in a buffer that grows. */
export class ByteWriter {
  /** Where the next byte goes: to set it back takes back what was written since. */
  at = 0
  #bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES)

  /** What was written: a view, to be kept no longer than nothing else is. */
  get written(): Buffer {
    return this.#bytes.subarray(0, this.at)
  }

  int8(value: number): void {
    this.#reserve(1)
    this.#bytes[this.at++] = value
  }

  int16(value: number): void {
    this.#reserve(2)
    const bytes = this.#bytes
    bytes[this.at++] = value >> 8
    bytes[this.at++] = value
  }

  int32(value: number): void {
    this.#reserve(4)
    this.int32At(this.at, value)
    this.at += 4
  }

  /** Writes over what is there already, such as the place that was left for a length. */
  int32At(at: number, value: number): void {
    const bytes = this.#bytes
    bytes[at] = value >> 24
    bytes[at + 1] = value >> 16
    bytes[at + 2] = value >> 8
    bytes[at + 3] = value
  }

  /** An integer that a double holds exactly, in 64 bits. */
  safeInt64(value: number): void {
    const high = Math.floor(value / 0x100000000)
    this.int32(high)
    this.int32(value - high * 0x100000000)
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.at)
    this.at += bytes.length
  }

  /** False, and nothing written, for text that PostgreSQL cannot hold: with a NUL or half of a surrogate pair. */
  utf8(text: string): boolean {
    const { length } = text
    if (length <= SHORT) {
      this.#reserve(length)
      const bytes = this.#bytes
      const { at } = this
      let index = 0
      for (; index < length; index++) {
        const code = text.charCodeAt(index)
        if (code === 0 || code > 127) break
        bytes[at + index] = code
      }
      if (index === length) {
        this.at = at + length
        return true
      }
    }
    if (text.includes('\0') || !isWellFormed(text)) return false
    this.#reserve(length > LONG ? Buffer.byteLength(text) : 3 * length)
    this.at += this.#bytes.write(text, this.at)
    return true
  }

  #reserve(count: number): void {
    const needed = this.at + count
    if (needed <= this.#bytes.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length))
    this.#bytes.copy(larger, 0, 0, this.at)
    this.#bytes = larger
  }
}

/** Writes a value behind its length. False, whatever was written, where `encode` is. */
export function writeSized(
  bytes: ByteWriter,
  encode: (value: unknown, bytes: ByteWriter) => boolean,
  value: unknown,
): boolean {
  const { at } = bytes
  bytes.int32(0)
  if (!encode(value, bytes)) return false
  bytes.int32At(at, bytes.at - at - 4)
  return true
}

/** A method that all of our versions of Node have, and TypeScript's library for them has not. */
function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed()
}
