import { PassThrough } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { serverType, type TypeSchema } from '../../../src/schema/type.js'
import { CodegenError } from '../../errors.js'
import { microsecondsOf } from '../cells/moments.js'
import { textOf } from '../cells/text.js'
import type { ExportColumn, Values, WriteOptions } from './format.js'
import { peer } from './peer.js'
import { escapedText } from './xlsx-text.js'

/** Of a sheet, its header included, and of a cell. */
const MOST_ROWS = 1_048_576
const MOST_CHARACTERS = 32_767

/** A double has all of so many digits. */
const MOST_DIGITS = 15

/** Before March 1900 the days of Excel are others. */
const FIRST_DAY = microsecondsOf('1900-03-01') ?? 0n

/** A sheet with a header. Dates are dates, and numbers of up to 15 digits numbers; what Excel would round is text. */
export async function* writeXlsx(
  columns: readonly ExportColumn[],
  batches: AsyncIterable<readonly Values[]>,
  { title }: WriteOptions,
): AsyncIterable<Uint8Array> {
  const { default: excel } = await peer('exceljs', 'XLSX', () => import('exceljs'))
  const stream = new PassThrough()
  const book = new excel.stream.xlsx.WorkbookWriter({ stream, useStyles: true, useSharedStrings: false })
  const sheet = book.addWorksheet(sheetName(title))
  columns.forEach(({ type }, index) => {
    const format = formatOf(type)
    if (format !== undefined) sheet.getColumn(index + 1).numFmt = format
  })
  const write = async (): Promise<void> => {
    sheet.addRow(columns.map(({ name }) => escapedText(name))).commit()
    let count = 1
    for await (const rows of batches) {
      for (const row of rows) {
        if (++count > MOST_ROWS) throw tooManyRows()
        sheet.addRow(row.map((value, index) => cellOf(columns[index], value, count))).commit()
      }
      // What it has written is compressed in turns of its own.
      do await setImmediate()
      while (stream.readableLength > stream.readableHighWaterMark)
    }
    sheet.commit()
    await book.commit()
  }
  const written = write().catch((error: unknown) => {
    stream.destroy(error instanceof Error ? error : new Error(String(error)))
    throw error
  })
  // It is waited for below, unless the reader ends early.
  written.catch(() => undefined)
  yield* stream as AsyncIterable<Uint8Array>
  await written
}

function cellOf(column: ExportColumn | undefined, value: unknown, row: number): unknown {
  if (value === null || column === undefined) return null
  if (typeof value === 'number' && Number.isFinite(value) && !Object.is(value, -0)) return value
  if (typeof value === 'boolean') return value
  const text = textOf(column.type, value)
  const base = serverType(column.type)
  if ((base === 'int8' || base === 'numeric') && isNumber(text, column)) return Number(text)
  if (formatOf(column.type) !== undefined) {
    const microseconds = microsecondsOf(text)
    if (microseconds !== undefined && microseconds >= FIRST_DAY && microseconds % 1000n === 0n)
      return new Date(Number(microseconds / 1000n))
  }
  const escaped = escapedText(text)
  if (escaped.length <= MOST_CHARACTERS) return escaped
  throw new CodegenError(
    `Row ${row} of the sheet: ${column.name} has ${escaped.length} characters, and a cell of XLSX at most ${MOST_CHARACTERS}. ` +
      'Leave the column out by --columns, or export to another format.',
  )
}

/** Whether the column reads the same of the number: of 1.50 that is 1.5, which is another scale where the column has none of its own. */
function isNumber(text: string, { sqlType }: ExportColumn): boolean {
  if (!/^-?\d+(?:\.\d+)?$/.test(text) || text.replace(/[-.]/g, '').length > MOST_DIGITS) return false
  return String(Number(text)) === text || sqlType.startsWith('numeric(')
}

function formatOf(type: TypeSchema): string | undefined {
  switch (serverType(type)) {
    case 'date':
      return 'yyyy-mm-dd'
    case 'timestamp':
    case 'timestamptz':
      return 'yyyy-mm-dd hh:mm:ss.000'
    default:
      return undefined
  }
}

function sheetName(title: string): string {
  return title.replaceAll(/[*?:\\/[\]]/g, '_').slice(0, 31)
}

function tooManyRows(): CodegenError {
  return new CodegenError(
    `A sheet of XLSX has at most ${MOST_ROWS} rows, its header included: there are more. Give --limit ${MOST_ROWS - 1}, or export to another format.`,
  )
}
