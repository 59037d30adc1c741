import { asError, EncodeError } from '../errors.js'
import type { Codec } from '../types/codec.js'

/** A value of PostgreSQL's is at most 1 GiB, and a message with it hardly longer. */
const MAX_BYTES = 0x3fffffff

/**
 * One value, encoded; bytes are copied, so that what the caller does to them later is not written.
 *
 * @param where what it is a value of, for messages.
 * @throws {@link EncodeError} for a value that the type cannot hold, and one that is too large for PostgreSQL or for a
 * string.
 */
export function encodeWith(codec: Codec, where: string, value: unknown): string | Buffer {
  try {
    const encoded = codec.encode(value)
    if (encoded.length > MAX_BYTES)
      throw new EncodeError(`PostgreSQL holds at most 1 GiB, not ${encoded.length} bytes.`)
    return Buffer.isBuffer(encoded) ? Buffer.from(encoded) : encoded
  } catch (thrown) {
    const cause = asError(thrown)
    if (!(cause instanceof EncodeError || isTooLong(cause))) throw thrown
    throw new EncodeError(`${where}: ${cause.message}`, { cause, value })
  }
}

/** What a string would be that is longer than strings can be. */
function isTooLong(error: Error): boolean {
  return (
    error.message === 'Invalid string length' || ('code' in error && error.code === 'ERR_STRING_TOO_LONG')
  )
}
