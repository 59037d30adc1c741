import type * as Hyparquet from 'hyparquet'
import type { AsyncBuffer, FileMetaData, SchemaElement } from 'hyparquet'
import { CodegenError, messageOf } from '../../errors.js'
import { JsonText, Moment, type Given } from '../cells/given.js'
import { momentOf } from '../cells/moments.js'
import type { FileRow, FileRows, InputFile } from './format.js'
import { decimalText } from './parquet-types.js'
import { peer } from './peer.js'

/** Rows that are decoded at a time. */
const BATCH = 5_000

type Library = typeof Hyparquet

export async function readParquet(file: InputFile): Promise<FileRows> {
  const library = await peer('hyparquet', 'Parquet', () => import('hyparquet'))
  const buffer = await library.asyncBufferFromFile(await file.path())
  const metadata = await metadataOf(library, buffer)
  const columns = library.parquetSchema(metadata).children.map(({ element }) => ({ ...element }))
  for (const element of metadata.schema) withDigits(element)
  return {
    fields: columns.map(({ name }) => name),
    place: 'row',
    rows: rowsOf(library, buffer, metadata, columns),
  }
}

async function metadataOf({ parquetMetadataAsync }: Library, buffer: AsyncBuffer): Promise<FileMetaData> {
  try {
    return await parquetMetadataAsync(buffer)
  } catch (error) {
    throw new CodegenError(`The file is no Parquet: ${messageOf(error)}`, { cause: error })
  }
}

/** A DECIMAL is read as the number of its digits, not as a double. */
function withDigits(element: SchemaElement): void {
  if (element.converted_type !== 'DECIMAL') return
  delete element.converted_type
  delete element.logical_type
}

async function* rowsOf(
  { parquetReadObjects }: Library,
  file: AsyncBuffer,
  metadata: FileMetaData,
  columns: readonly SchemaElement[],
): AsyncIterable<FileRow> {
  const total = Number(metadata.num_rows)
  const parsers = {
    timestampFromMilliseconds: (value: bigint) => moment(value * 1000n),
    timestampFromMicroseconds: moment,
    timestampFromNanoseconds: (value: bigint) => moment(value / 1000n),
    dateFromDays: (days: number) => moment(BigInt(days) * 86_400_000_000n),
    jsonFromBytes: (bytes?: Uint8Array) => bytes && new JsonText(Buffer.from(bytes).toString('utf8'), true),
  }
  for (let rowStart = 0; rowStart < total; rowStart += BATCH) {
    const rowEnd = Math.min(total, rowStart + BATCH)
    const options = { file, metadata, rowStart, rowEnd, utf8: false, parsers }
    const rows = await parquetReadObjects(options).catch((error: unknown) => {
      throw new CodegenError(`The file cannot be read as Parquet: ${messageOf(error)}`, { cause: error })
    })
    for (const [index, row] of rows.entries()) {
      const values = columns.map((element) => [element.name, givenOf(element, row[element.name])] as const)
      yield { place: rowStart + index + 1, values: new Map(values) }
    }
  }
}

function givenOf(element: SchemaElement, value: unknown): Given {
  if (value === null || value === undefined) return null
  if (element.converted_type === 'DECIMAL') return decimalText(unscaledOf(value), element.scale ?? 0)
  if (element.logical_type?.type === 'JSON' && value instanceof Uint8Array)
    return new JsonText(Buffer.from(value).toString('utf8'), true)
  return value
}

/** Whole numbers of a DECIMAL, which are bytes in two's complement where they are long. */
function unscaledOf(value: unknown): bigint {
  if (!(value instanceof Uint8Array)) return BigInt(value as number | bigint)
  return value.length === 0
    ? 0n
    : BigInt.asIntN(value.length * 8, BigInt(`0x${Buffer.from(value).toString('hex')}`))
}

function moment(microseconds: bigint): Moment {
  const text = momentOf(microseconds)
  if (text !== undefined) return new Moment(text)
  throw new CodegenError('The file has a timestamp whose year is not of four digits.')
}
