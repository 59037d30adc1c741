import { UsageError } from '../../errors.js'
import { ROW_HEADER } from '../../rows/cell.js'
import { UNDESCRIBED, type Field } from '../../rows/field.js'

const DATA_ROW = 'D'.charCodeAt(0)

/** The columns of rows that were asked for as text. */
export function textFields(columns: number): Field[] {
  return Array.from({ length: columns }, (_, index) => ({
    name: `c${index}`,
    typeOid: UNDESCRIBED,
    format: 'text',
  }))
}

/**
 * Rows that a driver has given, as the messages that they came in: what reads rows reads these.
 *
 * @throws {@link UsageError} where the driver does not give text as strings.
 */
export function dataRows(rows: readonly object[], columns: number): Buffer {
  const texts = rows.map((row) => (columns === 0 ? [] : Object.values(row).map(textOf)))
  let size = 0
  for (const cells of texts) {
    size += ROW_HEADER
    for (const cell of cells) size += 4 + (cell === null ? 0 : Buffer.byteLength(cell))
  }
  const bytes = Buffer.allocUnsafe(size)
  let at = 0
  for (const cells of texts) at = writeRow(bytes, at, cells)
  return bytes
}

function writeRow(bytes: Buffer, start: number, cells: readonly (string | null)[]): number {
  let at = start + ROW_HEADER
  for (const cell of cells) {
    const length = cell === null ? -1 : bytes.write(cell, at + 4)
    bytes.writeInt32BE(length, at)
    at += 4 + Math.max(0, length)
  }
  bytes[start] = DATA_ROW
  bytes.writeInt32BE(at - start - 1, start + 1)
  bytes.writeInt16BE(cells.length, start + 5)
  return at
}

function textOf(value: unknown): string | null {
  if (value === null || typeof value === 'string') return value
  // The plan of EXPLAIN, which is not asked for as text.
  if (typeof value === 'object') return JSON.stringify(value)
  throw new UsageError(
    `The driver of this Kysely instance gave a ${typeof value} for text, which repositories read all values from: leave ` +
      "text to the driver's own parser.",
  )
}
