import type { Field } from '../../src/rows/field.js'

/** A cell as the server sends it; null is NULL. */
export type CellBytes = string | Buffer | null

/** One DataRow message. */
export function dataRow(cells: readonly CellBytes[]): Buffer {
  const parts = cells.map((cell) => {
    const length = Buffer.alloc(4)
    if (cell === null) {
      length.writeInt32BE(-1)
      return length
    }
    const bytes = Buffer.from(cell as string)
    length.writeInt32BE(bytes.length)
    return Buffer.concat([length, bytes])
  })
  const header = Buffer.alloc(7)
  header.write('D')
  const body = Buffer.concat(parts)
  header.writeInt32BE(6 + body.length, 1)
  header.writeUInt16BE(cells.length, 5)
  return Buffer.concat([header, body])
}

/** The messages of these rows, as one run of bytes. */
export function dataRows(...rows: readonly (readonly CellBytes[])[]): Buffer {
  return Buffer.concat(rows.map(dataRow))
}

/** A column of a row description. */
export function field(typeOid: number, format: Field['format'] = 'text', name = 'column'): Field {
  return { name, typeOid, format }
}
