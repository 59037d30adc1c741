import { codecFor, codecForOid } from '../types/codec-for.js'
import type { Field } from './field.js'
import { RowDecoder, RowDecoding } from './row-decoder.js'
import { textCell, type ColumnDecoder } from './cell.js'
import { columnDecoder, formatFor, type RowReader } from './row-reader.js'
import { objectShape, type Shape } from './shape.js'

/** Reads statements that no schema describes, by the types that the server named: rows keyed by the names that come. */
export function describedRowReader(described: readonly Field[]): RowReader<Record<string, unknown>> {
  return {
    formats: described.map(({ typeOid }) => formatFor(codecForOid(typeOid))),
    start: (fields) =>
      decoderOf(
        // Types without a codec are strings, as PostgreSQL prints them.
        fields.map((field) =>
          columnDecoder(field.name, codecForOid(field.typeOid) ?? codecFor('unknown'), field),
        ),
        objectShape(fields.map(({ name }) => name)),
      ),
  }
}

/** Reads statements that no schema describes from text, by the parsers of another, which are told the OID of the type. */
export function parsedRowReader(
  parserOf: (typeOid: number) => (text: string) => unknown,
): RowReader<Record<string, unknown>> {
  return {
    formats: [],
    start: (fields) =>
      decoderOf(
        fields.map(({ name, typeOid }) => ({ label: name, decode: textCell(parserOf(typeOid)) })),
        objectShape(fields.map(({ name }) => name)),
      ),
  }
}

function decoderOf(columns: readonly ColumnDecoder[], shape: Shape): RowDecoder<Record<string, unknown>> {
  return new RowDecoder(new RowDecoding(columns, shape))
}
