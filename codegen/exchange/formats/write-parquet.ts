import { CodegenError } from '../../errors.js'
import type { ExportColumn, Values } from './format.js'
import { parquetColumn } from './parquet-types.js'
import { peer } from './peer.js'

/** A row group is in memory as a whole: so many rows at most, and about so many characters of text. */
const MOST_ROWS = 20_000
const MOST_CHARACTERS = 8 * 1024 * 1024

export async function* writeParquet(
  columns: readonly ExportColumn[],
  batches: AsyncIterable<readonly Values[]>,
): AsyncIterable<Uint8Array> {
  const { ByteWriter, ParquetWriter } = await peer(
    'hyparquet-writer',
    'Parquet',
    () => import('hyparquet-writer'),
  )
  const typed = columns.map(parquetColumn)
  const bytes = new ByteWriter()
  const root = { name: 'root', num_children: columns.length }
  const schema = [root, ...typed.map(({ element }) => element)]
  const writer = new ParquetWriter({ writer: bytes, schema, createdBy: 'sluice' })
  // What was written so far, of which the writer keeps the places alone.
  const taken = (): Uint8Array => {
    const copy = bytes.getBytes().slice()
    bytes.index = 0
    return copy
  }
  let group: unknown[][] = columns.map(() => [])
  let characters = 0
  let count = 0
  const flush = async (): Promise<Uint8Array> => {
    const columnData = columns.map(({ name }, index) => ({ name, data: group[index] ?? [] }))
    await writer.write({ columnData, rowGroupSize: MOST_ROWS })
    group = columns.map(() => [])
    characters = 0
    return taken()
  }

  for await (const rows of batches) {
    for (const row of rows) {
      count++
      typed.forEach(({ write }, index) => {
        const value = row[index]
        const written = value === null ? null : write(value)
        if (written === undefined) throw notInParquet(columns[index], count)
        if (typeof value === 'string') characters += value.length
        group[index]?.push(written)
      })
      if ((group[0]?.length ?? 0) >= MOST_ROWS || characters >= MOST_CHARACTERS) yield await flush()
    }
  }
  if ((group[0]?.length ?? 0) > 0) yield await flush()
  await writer.finish()
  yield taken()
}

function notInParquet(column: ExportColumn | undefined, row: number): CodegenError {
  return new CodegenError(
    `Row ${row} of the export: ${column?.name ?? ''} has a value that ${column?.sqlType ?? ''} of Parquet does not, such as ` +
      'infinity, NaN, or a year that is not of four digits. Filter it out, or export to CSV or NDJSON.',
  )
}
