import { asError, EncodeError } from '../errors.js'
import type { Codec } from '../types/codec.js'
import type { Encoded } from './filter/condition.js'

/** A value of PostgreSQL's is at most 1 GiB, and a message with it hardly longer. */
const MAX_BYTES = 0x3fffffff

/**
 * A value as a parameter; bytes are copied, so that what the caller does to them later does not matter.
 *
 * @param where what it is a value of, for messages.
 * @throws {@link EncodeError} for a value that the type cannot hold, and one that is too large for PostgreSQL or for a
 * string.
 */
export function encodeCopy(codec: Codec, value: unknown, where: string | (() => string)): Encoded {
  try {
    const encoded = codec.encode(value)
    if (encoded.length > MAX_BYTES)
      throw new EncodeError(`PostgreSQL holds at most 1 GiB, not ${encoded.length} bytes.`)
    return Buffer.isBuffer(encoded) ? Buffer.from(encoded) : encoded
  } catch (thrown) {
    const cause = asError(thrown)
    if (!(cause instanceof EncodeError || isTooLong(cause))) throw thrown
    const place = typeof where === 'string' ? where : where()
    throw new EncodeError(`${place}: ${cause.message}`, { cause, value })
  }
}

/** What a string would be that is longer than strings can be. */
function isTooLong(error: Error): boolean {
  return (
    error.message === 'Invalid string length' || ('code' in error && error.code === 'ERR_STRING_TOO_LONG')
  )
}
