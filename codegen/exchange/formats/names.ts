import { CodegenError } from '../../errors.js'

export const FORMAT_NAMES = ['csv', 'ndjson', 'parquet', 'xlsx'] as const

export type FormatName = (typeof FORMAT_NAMES)[number]

const SUFFIXES: Readonly<Record<string, FormatName>> = {
  csv: 'csv',
  tsv: 'csv',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  parquet: 'parquet',
  xlsx: 'xlsx',
}

/** A file by its name. */
export interface NamedFile {
  /** `-` for the standard input or output. */
  readonly path: string
  readonly format: FormatName
  /** Whether its name ends in `.gz`. */
  readonly isGzip: boolean
  /** Whether its name says that tabs are between its fields. */
  readonly isTabbed: boolean
}

/**
 * What a file is, by its suffix.
 *
 * @param format - given in words, which comes before the suffix.
 * @throws {@link CodegenError} where neither says.
 */
export function namedFile(path: string, format: FormatName | undefined, flag: string): NamedFile {
  const isGzip = path.endsWith('.gz')
  const suffix = /\.(\w+)$/.exec(isGzip ? path.slice(0, -3) : path)?.[1]?.toLowerCase() ?? ''
  const bySuffix = Object.hasOwn(SUFFIXES, suffix) ? SUFFIXES[suffix] : undefined
  const found = format ?? bySuffix
  if (found !== undefined) return { path, format: found, isGzip, isTabbed: suffix === 'tsv' }
  const names = FORMAT_NAMES.join(', ')
  throw new CodegenError(
    path === '-'
      ? `Of the standard ${flag === '--in' ? 'input' : 'output'} no suffix says what it is: give --format, one of ${names}.`
      : `The name ${path} does not say what the file is: give --format, one of ${names}, or a suffix such as .csv or .ndjson.gz.`,
  )
}
