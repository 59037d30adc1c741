import type { Codec } from '../codec/codec.js'
import { codecForOid, isBuiltIn } from '../codec/codec-for-oid.js'
import { SchemaDriftError } from '../errors.js'
import type { Field, RawRows } from './raw-rows.js'
import { readRows, textCell, type Cell, type RowShape } from './read-rows.js'

/** Turns the rows of one statement from bytes into values. */
export interface RowReader<R = unknown> {
  /** Result formats to ask for, by column: 0 text, 1 binary. Empty: text throughout. */
  readonly formats: readonly number[]
  /**
   * Decodes a fetch.
   *
   * @param firstRow the number of its first row in the whole result, from 0, for error messages.
   */
  read(rows: RawRows, fields: readonly Field[], firstRow: number): R[]
}

/** A column that a statement is known to return. */
export interface KnownColumn {
  /** As error messages name it: `users.created_at`. */
  readonly label: string
  readonly codec: Codec
}

/** Reads statements whose columns are known beforehand, by position: binary wherever the codec can. */
export function knownRowReader<R>(columns: readonly KnownColumn[], shape: RowShape<R>): RowReader<R> {
  let cells: readonly Cell[] | undefined
  return {
    formats: columns.map(({ codec }) => (codec.decodeBinary ? 1 : 0)),
    read: (rows, fields, firstRow) => {
      cells ??= cellsOf(columns, fields)
      return readRows(rows, cells, shape, firstRow)
    },
  }
}

/** Picks each decoder by the row description that came back, and refuses types that are not those expected. */
function cellsOf(columns: readonly KnownColumn[], fields: readonly Field[]): Cell[] {
  return columns.map(({ label, codec }, index) => {
    const field = fields[index]
    if (field === undefined) throw new SchemaDriftError(`The server returned no column for ${label}.`)
    refuseOtherType(label, codec, field)
    const binary = field.format === 'binary' ? codec.decodeBinary : undefined
    return { label, decode: binary ?? textCell(codec.decodeText) }
  })
}

function refuseOtherType(label: string, codec: Codec, field: Field): void {
  const expected = codec.base ?? codec.name
  const actual = codecForOid(field.typeOid)?.name
  // The OIDs of other types differ per database: there only a built-in type that should have come is a difference.
  if (actual === undefined ? !isBuiltIn(expected) : asText(actual) === asText(expected)) return
  throw new SchemaDriftError(
    `Column ${label} is ${actual ?? 'of a type of its own'} in the database, but the generated code expects ` +
      `${expected}. Run the generator again.`,
  )
}

/** The text types are read alike, and so are arrays of them. */
function asText(name: string): string {
  return name.replace(/^(?:varchar|bpchar|name)(?=(?:\[\])?$)/, 'text')
}

/** Reads statements of unknown columns in text format, by the types that come back, keyed by the names that come back. */
export function textRowReader(
  decoderFor: (oid: number) => (text: string) => unknown,
  shapeFor: (names: readonly string[]) => RowShape<Record<string, unknown>>,
): RowReader<Record<string, unknown>> {
  return {
    formats: [],
    read: (rows, fields, firstRow) => {
      const cells = fields.map(({ name, typeOid }) => ({
        label: name,
        decode: textCell(decoderFor(typeOid)),
      }))
      return readRows(rows, cells, shapeFor(fields.map(({ name }) => name)), firstRow)
    },
  }
}
