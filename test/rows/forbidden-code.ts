/** Reads rows in a process that forbids code from strings. */
import { textCell } from '../../src/rows/cell.js'
import { RowDecoder, RowDecoding } from '../../src/rows/row-decoder.js'
import { objectShape } from '../../src/rows/shape.js'
import { dataRows } from './data-rows.js'

const decoder = new RowDecoder<Record<string, unknown>>(
  new RowDecoding([{ label: 'x', decode: textCell(Number) }], objectShape(['value'])),
)
const rows: Record<string, unknown>[] = []
for (let index = 0; index < 1000; index++) decoder.decode(dataRows([String(index)]), 1, rows)
process.stdout.write(
  `${rows.length} rows, ${rows.filter(({ value }, index) => value === index).length} right`,
)
