import { setProperty } from '../types/composed/composite.js'
import { malformedRow, ROW_HEADER, type ColumnDecoder } from './cell.js'
import type { Shape } from './shape.js'

/** Decodes whole DataRow messages and appends their rows. */
export type ReadRun<R = unknown> = (bytes: Buffer, rows: R[]) => void

/** Makes a row from its values, in column order; the array is used again for the next row. */
type Build = (values: readonly unknown[]) => unknown

/** Reads rows cell by cell: ready at once, and fast enough for a few. */
export function interpretRows(columns: readonly ColumnDecoder[], shape: Shape): ReadRun {
  const build = builderOf(shape)
  const values = new Array<unknown>(columns.length)
  return (bytes, rows) => {
    let at = 0
    while (at < bytes.length) {
      const end = at + 1 + bytes.readInt32BE(at + 1)
      if (bytes.readInt16BE(at + 5) !== columns.length) throw malformedRow()
      at += ROW_HEADER
      for (let column = 0; column < columns.length; column++) {
        const length = bytes.readInt32BE(at)
        at += 4
        if (length === -1) {
          values[column] = null
          continue
        }
        if (length < 0 || length > end - at) throw malformedRow()
        // The loop ends at the last.
        values[column] = (columns[column] as ColumnDecoder).decode(bytes, at, at + length)
        at += length
      }
      if (at !== end) throw malformedRow()
      rows.push(build(values))
    }
  }
}

function builderOf(shape: Shape): Build {
  switch (shape.kind) {
    case 'value':
      return (values) => values[shape.position]
    case 'object': {
      const entries = shape.entries.map(([property, value]) => ({ property, build: builderOf(value) }))
      return (values) => {
        const row: Record<string, unknown> = {}
        for (const { property, build } of entries) setProperty(row, property, build(values))
        return row
      }
    }
    case 'tuple': {
      const items = shape.items.map(builderOf)
      return (values) => items.map((build) => build(values))
    }
    case 'optional': {
      const build = builderOf(shape.shape)
      const { presence, absent } = shape
      return (values) => (values[presence] === null ? (absent?.() ?? null) : build(values))
    }
    case 'made':
      return (values) => shape.make(...shape.positions.map((position) => values[position]))
  }
}
