import { readCsv, writeCsv } from './csv.js'
import type { Format } from './format.js'
import type { FormatName } from './names.js'
import { readNdjson, writeNdjson } from './ndjson.js'
import { readParquet } from './read-parquet.js'
import { readXlsx } from './read-xlsx.js'
import { writeParquet } from './write-parquet.js'
import { writeXlsx } from './write-xlsx.js'

export const FORMATS: Readonly<Record<FormatName, Format>> = {
  csv: { write: writeCsv, read: readCsv, isCompressed: false },
  ndjson: { write: writeNdjson, read: readNdjson, isCompressed: false },
  parquet: { write: writeParquet, read: readParquet, isCompressed: true },
  xlsx: { write: writeXlsx, read: readXlsx, isCompressed: true },
}
