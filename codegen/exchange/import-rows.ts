import { qualifiedName } from '../../src/schema/qualified-name.js'
import { atomic } from '../../src/transaction/atomic.js'
import { CodegenError } from '../errors.js'
import { barOf } from './bar.js'
import { BadValue } from './cells/bad-value.js'
import { JsonText } from './cells/given.js'
import { readFailure, sourceOf } from './files/source.js'
import type { FileRow, FileRows, TextOptions } from './formats/format.js'
import { FORMATS } from './formats/formats.js'
import type { NamedFile } from './formats/names.js'
import { ImportColumns, type NewRow } from './import-columns.js'
import { Rejects } from './rejects.js'
import { conflictTarget, type ConflictAction, type ConflictTarget } from './conflict-target.js'
import { RowWriter, type Counts, type PlacedRow } from './row-writer.js'
import { advanceSequences } from './sequences.js'
import type { OpenedTable } from './table/opened-table.js'

/** Rows that are written at a time: so many at most, and of about so many characters. */
const MOST_ROWS = 5_000
const MOST_CHARACTERS = 4 * 1024 * 1024

export interface ImportOptions {
  readonly file: NamedFile
  /** Columns of the file by those of the table; an empty one leaves the column out. */
  readonly map: ReadonlyMap<string, string>
  readonly onConflict: ConflictAction
  readonly unique: readonly string[] | undefined
  /** Where refused rows go; undefined: the first ends the import. */
  readonly rejects: string | undefined
  readonly stopOnError: boolean
  /** Whether a file of refused rows that is there is replaced. */
  readonly force: boolean
  readonly text: TextOptions
  readonly notify: (message: string) => void
  readonly signal: AbortSignal
}

export interface ImportCounts extends Counts {
  readonly read: number
  readonly refused: number
}

/**
 * Writes the rows of a file into a table, in one transaction.
 *
 * @throws {@link CodegenError} for what is not there, and for a row that is refused where that ends the import; then nothing
 * was written.
 */
export async function importRows(opened: OpenedTable, options: ImportOptions): Promise<ImportCounts> {
  const { file, map, onConflict, unique, text, notify } = options
  const { schema } = opened.repository
  if (!opened.table.writable) {
    throw new CodegenError(`${qualifiedName(schema)} is a ${schema.kind}: rows are written to tables alone.`)
  }
  const target = conflictTarget(schema, onConflict, unique)
  const columns = new ImportColumns(schema, map, notify)
  await using source = await sourceOf(file)
  try {
    const found = await FORMATS[file.format].read(source, text)
    if (found.fields !== undefined) columns.check(found.fields)
    using bar = barOf(source.size, file.path)
    const progress = (read: number): void => bar.update(read, source.position())
    return await writeFound(found, { opened, columns, target, progress }, options)
  } catch (error) {
    throw readFailure(error, file.path)
  }
}

interface Writing {
  readonly opened: OpenedTable
  readonly columns: ImportColumns
  readonly target: ConflictTarget
  readonly progress: (read: number) => void
}

async function writeFound(
  found: FileRows,
  { opened, columns, target, progress }: Writing,
  { onConflict, rejects: path, stopOnError, force, signal }: ImportOptions,
): Promise<ImportCounts> {
  const rejects =
    path === undefined ? undefined : await Rejects.open(path, found.place, found.fields, { force })
  const endsAtFirst = rejects === undefined || stopOnError
  const refuse = (row: FileRow, reason: string): void => {
    if (endsAtFirst)
      throw new CodegenError(`${placeOf(found, row)}: ${sentence(reason)} Nothing was written.`)
    rejects.add(row, reason)
  }
  const writer = new RowWriter(opened.repository, { onConflict, target, refuse })
  let read = 0
  try {
    await atomic(
      opened.db,
      async (trx) => {
        let batch: PlacedRow[] = []
        let characters = 0
        const flush = async (): Promise<void> => {
          await writer.write(trx, batch)
          await rejects?.flush()
          batch = []
          characters = 0
          progress(read)
        }
        for await (const from of found.rows) {
          signal.throwIfAborted()
          read++
          const row = rowOf(columns, from, found)
          if (typeof row === 'string') {
            // Of several that are refused the first is told.
            if (endsAtFirst) await flush()
            refuse(from, row)
            continue
          }
          // Those that are there get the fields of the new ones, which have to be the same for all of a batch.
          if (onConflict === 'update' && batch[0] !== undefined && !isAlike(batch[0].row, row)) await flush()
          batch.push({ from, row })
          characters += sizeOf(from)
          if (batch.length >= MOST_ROWS || characters >= MOST_CHARACTERS) await flush()
        }
        await flush()
        if (writer.counts.inserted > 0) await advanceSequences(trx, opened.repository.schema, columns.used)
        await rejects?.finish()
      },
      { signal },
    )
    await rejects?.publish()
  } catch (error) {
    await rejects?.discard()
    throw error
  }
  return { read, ...writer.counts, refused: rejects?.count ?? 0 }
}

/** A row of the table, or why there is none. @throws {@link CodegenError} for a column that the table does not have. */
function rowOf(columns: ImportColumns, from: FileRow, found: FileRows): NewRow | string {
  if (from.problem !== undefined) return from.problem
  try {
    return columns.row(from)
  } catch (error) {
    if (error instanceof BadValue) return error.message
    if (error instanceof CodegenError) throw new CodegenError(`${placeOf(found, from)}: ${error.message}`)
    throw error
  }
}

function placeOf({ place }: FileRows, row: FileRow): string {
  return `${place === 'line' ? 'Line' : 'Row'} ${row.place}`
}

function sentence(reason: string): string {
  return /[.!?]$/.test(reason) ? reason : `${reason}.`
}

function isAlike(one: NewRow, other: NewRow): boolean {
  const [fields, others] = [Object.keys(one), Object.keys(other)]
  return fields.length === others.length && fields.every((field, index) => others[index] === field)
}

function sizeOf({ values }: FileRow): number {
  let size = 0
  for (const given of values.values()) {
    if (typeof given === 'string') size += given.length
    else if (given instanceof JsonText) size += given.text.length
    else if (given instanceof Uint8Array) size += given.length
  }
  return size
}
