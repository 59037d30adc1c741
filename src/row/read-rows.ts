import { DecodeError } from '../errors.js'
import type { RawRows } from './raw-rows.js'

/** Reads one cell from `bytes[start, end)`. */
export type CellDecoder = (bytes: Buffer, start: number, end: number) => unknown

/** A column of the result: its label in error messages and how its cells are read. */
export interface Cell {
  readonly label: string
  readonly decode: CellDecoder
}

/** Makes the row from its values, in column order; the array is reused for the next row. */
export type RowShape<R> = (values: readonly unknown[]) => R

const ROW_HEADER = 1 + 4 + 2

/**
 * Decodes DataRow messages.
 *
 * @throws {@link DecodeError} naming column and row when a cell cannot be represented.
 */
export function readRows<R>(
  rows: RawRows,
  cells: readonly Cell[],
  shape: RowShape<R>,
  firstRow: number,
): R[] {
  const result = new Array<R>(rows.count)
  const values = new Array<unknown>(cells.length)
  let row = 0
  for (const bytes of rows.segments) {
    let at = 0
    while (at < bytes.length) {
      at += ROW_HEADER
      for (let column = 0; column < cells.length; column++) {
        const length = bytes.readInt32BE(at)
        at += 4
        if (length === -1) {
          values[column] = null
          continue
        }
        const cell = cells[column] as Cell
        try {
          values[column] = cell.decode(bytes, at, at + length)
        } catch (error) {
          throw cellError(error as Error, cell.label, firstRow + row)
        }
        at += length
      }
      result[row++] = shape(values)
    }
  }
  return result
}

/** Reads cells in text format through a decoder of strings. */
export function textCell(decode: (text: string) => unknown): CellDecoder {
  return (bytes, start, end) => decode(bytes.toString('utf8', start, end))
}

function cellError(error: Error, label: string, row: number): DecodeError {
  return new DecodeError(`Column ${label}, row ${row + 1} of the result: ${error.message}`, { cause: error })
}
