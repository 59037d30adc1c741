import type { Codec } from '../types/codec.js'
import { isBuiltIn, isReadAlike, nameOfOid } from '../types/type-oids.js'
import { SchemaDriftError } from '../errors.js'
import { textCell, type ColumnDecoder } from './cell.js'
import { UNDESCRIBED, type Field } from './field.js'
import { RowDecoder, RowDecoding } from './row-decoder.js'
import type { Shape } from './shape.js'

/** Turns the rows of one statement from bytes into values. */
export interface RowReader<R = unknown> {
  /** Result formats to ask for, by column: 0 text, 1 binary. Empty: text throughout. */
  readonly formats: readonly number[]
  /**
   * Begins to read a result of the columns that the server describes.
   *
   * @throws {@link SchemaDriftError} when they are not those expected.
   */
  start(fields: readonly Field[]): RowDecoder<R>
}

/** A column that a statement is known to return. */
export interface KnownColumn {
  /** As error messages name it: `users.created_at`. */
  readonly label: string
  readonly codec: Codec
}

/** Reads statements whose columns are known beforehand, by position: binary wherever the codec can. */
export function knownRowReader<R>(columns: readonly KnownColumn[], shape: Shape): RowReader<R> {
  // Of the last result: the next has the same columns, unless the table was changed between them.
  let last: { readonly fields: readonly Field[]; readonly decoding: RowDecoding } | undefined
  return {
    formats: columns.map(({ codec }) => formatFor(codec)),
    start: (fields) => {
      if (last === undefined || !areReadAlike(last.fields, fields))
        last = { fields, decoding: new RowDecoding(decodersOf(columns, fields), shape) }
      return new RowDecoder(last.decoding)
    },
  }
}

/** Whether columns have the same decoders, by position: their names are only labels. */
function areReadAlike(before: readonly Field[], now: readonly Field[]): boolean {
  if (before === now) return true
  if (before.length !== now.length) return false
  return now.every(({ typeOid, format }, index) => {
    const field = before[index]
    return field?.typeOid === typeOid && field.format === format
  })
}

/** The result format to ask for: 0 text, 1 binary. */
export function formatFor(codec: Codec | undefined): number {
  return codec?.decodeBinary ? 1 : 0
}

/**
 * Reads a cell in the format that it came in.
 *
 * @throws {@link SchemaDriftError} when it came in binary, and is of a type that cannot be read so.
 */
export function columnDecoder(label: string, codec: Codec, { format }: Field): ColumnDecoder {
  const decode = format === 'binary' ? codec.decodeBinary : textCell(codec.decodeText)
  if (decode !== undefined) return { label, decode }
  throw new SchemaDriftError(`Column ${label} changed its type while the statement was sent. Run it again.`)
}

/** Picks each decoder by the row description that came back, and refuses types that are not those expected. */
function decodersOf(columns: readonly KnownColumn[], fields: readonly Field[]): ColumnDecoder[] {
  if (fields.length > columns.length) {
    throw new SchemaDriftError(
      `The server returned ${fields.length} columns where ${columns.length} are expected. Run the generator again.`,
    )
  }
  return columns.map(({ label, codec }, index) => {
    const field = fields[index]
    if (field === undefined) throw new SchemaDriftError(`The server returned no column for ${label}.`)
    if (field.typeOid === UNDESCRIBED) return columnDecoder(label, codec, field)
    const expected = codec.base ?? codec.name
    const actual = nameOfOid(field.typeOid)
    // The OIDs of other types differ per database: there only a built-in type that should have come is a difference.
    if (actual === undefined ? !isBuiltIn(expected) : isReadAlike(actual, expected)) {
      return columnDecoder(label, codec, field)
    }
    throw new SchemaDriftError(
      `Column ${label} is ${actual ?? 'of a type of its own'} in the database, but the generated code expects ` +
        `${expected}. Run the generator again.`,
    )
  })
}
