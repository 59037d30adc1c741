import type { Readable } from 'node:stream'
import type { TypeSchema } from '../../../src/schema/type.js'
import type { Given } from '../cells/given.js'

/** A column of an export. */
export interface ExportColumn {
  /** As it was asked for, `author.name`; it heads the column. */
  readonly name: string
  readonly type: TypeSchema
  /** As `format_type` has it: `numeric(12,2)`. */
  readonly sqlType: string
}

/** The values of a row, in the order of the columns. */
export type Values = readonly unknown[]

/** How texts are written and read. */
export interface TextOptions {
  /** What is between the fields of CSV. */
  readonly delimiter: string
  /** How NULL is written in CSV, without quotes. */
  readonly nullText: string
  /** Whether a `'` stands before what spreadsheets take for a formula, in CSV. */
  readonly escapesFormulas: boolean
  /** Whether CSV begins with a byte order mark. */
  readonly bom: boolean
}

export interface WriteOptions extends TextOptions {
  /** Of the table; names the sheet. */
  readonly title: string
}

/** Writes rows, as they come. */
export type WriteRows = (
  columns: readonly ExportColumn[],
  batches: AsyncIterable<readonly Values[]>,
  options: WriteOptions,
) => AsyncIterable<string | Uint8Array>

/** A row as a file has it. */
export interface FileRow {
  /** Where it begins: its line, or its row, both from 1. */
  readonly place: number
  readonly values: ReadonlyMap<string, Given>
  /** Why it is no row; undefined where it is one. */
  readonly problem?: string
}

/** What a file holds. */
export interface FileRows {
  /** The names of its columns; undefined where each row has its own. */
  readonly fields: readonly string[] | undefined
  /** What a place is called: `line` or `row`. */
  readonly place: 'line' | 'row'
  /** In batches as they were read. */
  readonly rows: AsyncIterable<FileRow>
}

/** A file that is read: from its beginning as it comes, or by parts, for which one that comes is written to disk first. */
export interface InputFile {
  readonly stream: () => Readable
  readonly path: () => Promise<string>
}

/** @throws {@link CodegenError} for what is no file of the format. */
export type ReadRows = (file: InputFile, options: TextOptions) => Promise<FileRows>

export interface Format {
  readonly write: WriteRows
  readonly read: ReadRows
  /** It has parts that are compressed: gzip would gain nothing. */
  readonly isCompressed: boolean
}
