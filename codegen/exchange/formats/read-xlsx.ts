import { CodegenError, messageOf } from '../../errors.js'
import { Moment, type Given } from '../cells/given.js'
import { momentOf } from '../cells/moments.js'
import type { FileRow, FileRows, InputFile } from './format.js'
import { peer } from './peer.js'
import { unescapedText } from './xlsx-text.js'

interface SheetRow {
  readonly number: number
  /** From 1, with gaps. */
  readonly values: readonly unknown[]
}

/** The first sheet of a workbook, whose first row has the names of the columns. */
export async function readXlsx(file: InputFile): Promise<FileRows> {
  const { default: excel } = await peer('exceljs', 'XLSX', () => import('exceljs'))
  const reader = new excel.stream.xlsx.WorkbookReader(file.stream(), {
    worksheets: 'emit',
    sharedStrings: 'cache',
    styles: 'cache',
    hyperlinks: 'ignore',
    entries: 'ignore',
  })
  const rows = sheetRows(reader as unknown as AsyncIterable<AsyncIterable<SheetRow>>)[Symbol.asyncIterator]()
  const first = await rows.next()
  if (first.done === true)
    throw new CodegenError('The first sheet is empty: its first row names the columns.')
  const header = Array.from(first.value.values, (cell) => nameOf(givenOf(cell))).slice(1)
  return { fields: header, place: 'row', rows: rowsOf(rows, header) }
}

async function* sheetRows(sheets: AsyncIterable<AsyncIterable<SheetRow>>): AsyncGenerator<SheetRow> {
  try {
    for await (const sheet of sheets) {
      yield* sheet
      return
    }
  } catch (error) {
    throw new CodegenError(`The file cannot be read as XLSX: ${messageOf(error)}`, { cause: error })
  }
}

async function* rowsOf(rows: AsyncIterator<SheetRow>, fields: readonly string[]): AsyncIterable<FileRow> {
  for (let found = await rows.next(); found.done !== true; found = await rows.next()) {
    const { number, values } = found.value
    const cells = fields.map((field, index) => [field, givenOf(values[index + 1])] as const)
    // What only has a format is no row.
    if (cells.some(([, cell]) => cell !== null)) yield { place: number, values: new Map(cells) }
  }
}

/** What a cell shows: of a formula its result, of text with formats the text. */
function givenOf(cell: unknown): Given {
  if (cell === null || cell === undefined) return null
  if (typeof cell === 'string') return unescapedText(cell)
  if (cell instanceof Date) {
    const text = momentOf(BigInt(Math.round(cell.getTime())) * 1000n)
    return text === undefined ? null : new Moment(text)
  }
  if (typeof cell !== 'object') return cell
  const { result, richText, text, error } = cell as Readonly<Record<string, unknown>>
  if (Array.isArray(richText))
    return unescapedText(richText.map((part) => (part as { text: string }).text).join(''))
  if (text !== undefined) return givenOf(text)
  // Such as #DIV/0!.
  if (typeof error === 'string') return error
  return result === undefined ? null : givenOf(result)
}

function nameOf(cell: Given): string {
  if (cell instanceof Moment) return cell.text
  return typeof cell === 'string' || typeof cell === 'number' || typeof cell === 'boolean' ? String(cell) : ''
}
