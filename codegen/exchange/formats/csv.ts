import { pipeline } from 'node:stream'
import { serverType, type TypeSchema } from '../../../src/schema/type.js'
import type { Given } from '../cells/given.js'
import { textOf } from '../cells/text.js'
import { CodegenError, messageOf } from '../../errors.js'
import type {
  ExportColumn,
  FileRow,
  FileRows,
  InputFile,
  TextOptions,
  Values,
  WriteOptions,
} from './format.js'
import { peer } from './peer.js'

/** What spreadsheets take for the beginning of a formula, full-width forms too. */
const FORMULA = /^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/
const ESCAPED_FORMULA = /^'(?=[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20])/

const NO_TEXT = new Set(
  'bool int2 int4 int8 oid float4 float8 numeric date time timetz timestamp timestamptz interval uuid bytea'.split(
    ' ',
  ),
)

/** CSV as RFC 4180 has it, with a header. NULL is an empty field, and the empty string `""`, as in PostgreSQL's own. */
export async function* writeCsv(
  columns: readonly ExportColumn[],
  batches: AsyncIterable<readonly Values[]>,
  { delimiter, nullText, escapesFormulas, bom }: WriteOptions,
): AsyncIterable<string> {
  const { stringify } = await peer('csv-stringify', 'CSV', () => import('csv-stringify/sync'))
  const cast = {
    // The empty string, which is not NULL, and text that reads as NULL, which it is not.
    string: (text: string) => {
      if (text === '') return { value: text, quoted_empty: nullText === '' }
      return text === nullText ? { value: text, quoted: true } : text
    },
    boolean: () => nullText,
  }
  const options = { delimiter, cast }
  const write = columns.map(({ type }) => cellWriter(type, escapesFormulas))
  yield `${bom ? '\uFEFF' : ''}${stringify([columns.map(({ name }) => name)], { delimiter })}`
  for await (const rows of batches) {
    // What is boolean is NULL: cast is not asked for null.
    const none = nullText === '' ? null : true
    const cells = rows.map((row) =>
      row.map((value, index) => (value === null ? none : write[index]?.(value))),
    )
    yield stringify(cells, options)
  }
}

function cellWriter(type: TypeSchema, escapesFormulas: boolean): (value: unknown) => string {
  if (!escapesFormulas || !isText(type)) return (value) => textOf(type, value)
  return (value) => {
    const text = textOf(type, value)
    return FORMULA.test(text) ? `'${text}` : text
  }
}

/** Whether values are what somebody wrote, and may begin with anything. */
function isText(type: TypeSchema): boolean {
  const base = serverType(type)
  return typeof base !== 'string' || !NO_TEXT.has(base)
}

interface ParsedRecord {
  readonly record: readonly string[]
  /** As it stands in the file, with or without its end. */
  readonly raw: string
}

export async function readCsv(file: InputFile, options: TextOptions): Promise<FileRows> {
  const { parse } = await peer('csv-parse', 'CSV', () => import('csv-parse'))
  const { delimiter } = options
  const parser = parse({ bom: true, delimiter, raw: true, relax_column_count: true })
  // A failure of the source is the parser's.
  pipeline(file.stream(), parser, () => undefined)
  const records = parser[Symbol.asyncIterator]() as AsyncIterator<ParsedRecord>
  const header = await next(records)
  if (header === undefined)
    throw new CodegenError('The file is empty: CSV begins with the names of its columns.')
  return { fields: header.record, place: 'line', rows: rowsOf(records, header, options) }
}

async function* rowsOf(
  records: AsyncIterator<ParsedRecord>,
  { record: fields, raw }: ParsedRecord,
  { delimiter, nullText, escapesFormulas }: TextOptions,
): AsyncIterable<FileRow> {
  let place = 1 + linesOf(raw)
  for (let found = await next(records); found !== undefined; found = await next(records)) {
    const { record, raw } = found
    const isQuoted = record.includes(nullText) && raw.includes('"') ? quotedFields(raw, delimiter) : []
    const values = new Map<string, Given>()
    for (const [index, field] of fields.entries()) {
      const text = record[index]
      const isNull = text === undefined || (text === nullText && isQuoted[index] !== true)
      values.set(field, isNull ? null : escapesFormulas ? text.replace(ESCAPED_FORMULA, '') : text)
    }
    const isEmptyLine = record.length === 1 && record[0] === '' && fields.length > 1
    const problem = `has ${record.length} fields, where the header has ${fields.length}`
    if (record.length === fields.length) yield { place, values }
    else if (!isEmptyLine) yield { place, values, problem }
    place += linesOf(raw)
  }
}

/** The lines that a record stands on: its fields may have line ends. */
function linesOf(raw: string): number {
  return 1 + (raw.trimEnd().match(/\r\n|\r|\n/g)?.length ?? 0)
}

const QUOTED = /"(?:[^"]|"")*"/y

/** Which fields stand in quotes. */
function quotedFields(raw: string, delimiter: string): boolean[] {
  const quoted: boolean[] = []
  for (let at = 0; ; at++) {
    QUOTED.lastIndex = at
    const isQuoted = QUOTED.test(raw)
    quoted.push(isQuoted)
    at = raw.indexOf(delimiter, isQuoted ? QUOTED.lastIndex : at)
    if (at === -1) return quoted
  }
}

async function next(records: AsyncIterator<ParsedRecord>): Promise<ParsedRecord | undefined> {
  try {
    const { done, value } = (await records.next()) as IteratorResult<ParsedRecord, undefined>
    return done === true ? undefined : value
  } catch (error) {
    const { code } = error as { readonly code?: unknown }
    if (typeof code !== 'string' || !code.startsWith('CSV_')) throw error
    throw new CodegenError(`The file is no CSV: ${messageOf(error)}`, { cause: error })
  }
}
