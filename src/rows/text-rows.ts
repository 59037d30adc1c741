import { DecodeError } from '../errors.js'
import type { RowSink } from './row-sink.js'

/** Type byte and length of a message, and how many values follow. */
const HEADER = 7

/**
 * The rows of a statement of our own that asks for a few values as text, none of them null. It needs no codecs, of which
 * the worker thread has none.
 */
export class TextRows implements RowSink<string[][]> {
  #runs: Buffer[] = []
  readonly #chunks: Buffer[] = []

  describe(): void {}

  add(bytes: Buffer): void {
    this.#runs.push(bytes)
  }

  cut(): void {
    this.#chunks.push(Buffer.concat(this.#runs))
    this.#runs = []
  }

  /** @throws {@link DecodeError} for rows that cannot be read. */
  take(): string[][] {
    const bytes = this.#chunks.shift() ?? Buffer.alloc(0)
    const rows: string[][] = []
    for (let at = 0; at < bytes.length; at += 1 + bytes.readInt32BE(at + 1)) rows.push(valuesOf(bytes, at))
    return rows
  }
}

/** The values of the DataRow message that begins there. */
function valuesOf(bytes: Buffer, start: number): string[] {
  const end = start + 1 + bytes.readInt32BE(start + 1)
  const values: string[] = []
  let at = start + HEADER
  for (let left = at > end ? -1 : bytes.readUInt16BE(at - 2); left > 0 && at + 4 <= end; left--) {
    const length = bytes.readInt32BE(at)
    at += 4
    if (length < 0 || length > end - at) break
    values.push(bytes.toString('utf8', at, at + length))
    at += length
  }
  if (at === end && values.length === bytes.readUInt16BE(start + HEADER - 2)) return values
  throw new DecodeError('A row is malformed.')
}
