import { DecodeError } from '../errors.js'
import type { CellDecoder } from '../types/codec.js'
import { messageOf } from '../types/describe.js'

/** A column of the result: its label in error messages and how its cells are read. */
export interface ColumnDecoder {
  readonly label: string
  readonly decode: CellDecoder
}

type TextDecoder = (text: string) => unknown

const textDecoders = new WeakMap<TextDecoder, CellDecoder>()

/** Reads cells in text format through a decoder of strings; always the same function for the same decoder. */
export function textCell(decode: TextDecoder): CellDecoder {
  let cell = textDecoders.get(decode)
  if (cell === undefined) {
    cell = (bytes, start, end) => decode(bytes.toString('utf8', start, end))
    textDecoders.set(decode, cell)
  }
  return cell
}

export const ROW_HEADER = 1 + 4 + 2

/** Thrown where it is noticed; {@link cellError} says which row it is. */
export function malformedRow(): DecodeError {
  return new DecodeError('A row is malformed.')
}

function isWellFormed(bytes: Buffer, start: number, columns: number): boolean {
  const end = start + 1 + bytes.readInt32BE(start + 1)
  let at = start + ROW_HEADER
  if (end < at || bytes.readInt16BE(start + 5) !== columns) return false
  for (let column = 0; column < columns && at + 4 <= end; column++) {
    const length = bytes.readInt32BE(at)
    if (length < -1) return false
    at += 4 + Math.max(0, length)
  }
  return at === end
}

/**
 * The error of a row that could not be read: finds the cell by reading that row once more.
 *
 * @param row the number of the row in `bytes`, from 0.
 * @param rowInResult its number in the whole result, from 1.
 */
export function cellError(
  error: unknown,
  bytes: Buffer,
  columns: readonly ColumnDecoder[],
  row: number,
  rowInResult: number,
): unknown {
  let at = 0
  for (let skipped = 0; skipped < row; skipped++) at += 1 + bytes.readInt32BE(at + 1)
  if (!isWellFormed(bytes, at, columns.length)) {
    return new DecodeError(
      `Row ${rowInResult} of the result does not hold the columns that the server described.`,
    )
  }
  at += ROW_HEADER
  for (const { label, decode } of columns) {
    const length = bytes.readInt32BE(at)
    at += 4
    if (length === -1) continue
    try {
      decode(bytes, at, at + length)
    } catch (cause) {
      const message = `Column ${label}, row ${rowInResult} of the result: ${messageOf(cause)}`
      return new DecodeError(message, { cause })
    }
    at += length
  }
  return error
}
