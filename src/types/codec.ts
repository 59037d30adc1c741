import type { ByteWriter } from './byte-writer.js'

/** Reads a value from `bytes[start, end)`, and keeps no reference to `bytes`. */
export type CellDecoder = (bytes: Buffer, start: number, end: number) => unknown

/** Writes a value in PostgreSQL's binary input format behind what `bytes` has; see {@link Coding.encodeBinary}. */
export type CellEncoder = (value: unknown, bytes: ByteWriter) => boolean

/**
 * How the values of one PostgreSQL type cross the wire: the only place where bytes become values and back.
 *
 * A coding is pure and independent of every session setting (DateStyle, IntervalStyle, TimeZone, bytea_output,
 * extra_float_digits) and of the process's time zone.
 */
export interface Coding {
  /**
   * Reads PostgreSQL's text output.
   *
   * @throws {@link DecodeError} for text it cannot represent or does not recognise; it never guesses.
   */
  readonly decodeText: (text: string) => unknown
  /**
   * Reads PostgreSQL's binary output. Absent where a type has no binary decoder: such columns are asked for as text.
   *
   * @throws {@link DecodeError} as `decodeText` does.
   */
  readonly decodeBinary?: CellDecoder | undefined
  /**
   * Writes a value as a parameter: text in PostgreSQL's input syntax, or a Buffer sent in binary format
   * (bytea only). Never called with null or undefined.
   *
   * @throws {@link EncodeError} for a value that the type cannot hold.
   */
  readonly encode: (value: unknown) => string | Buffer
  /**
   * Writes a value in binary, for rows by the thousand: the same value as what `encode` makes of it. Absent where a type
   * has no binary encoder.
   *
   * It returns false, whatever it has written by then, for what only the server can read, such as `'tomorrow'`, for what
   * is seldom, and for what no column can hold: `encode` has the last word on a value, and the words for it.
   */
  readonly encodeBinary?: CellEncoder | undefined
}

/** The coding of a type, with the names it goes by. */
export interface Codec extends Coding {
  /** The type's name, for error messages: `int4`, `int8 as number`, `public.order_status[]`. */
  readonly name: string
  /** The name of what the server describes columns by, where that is another: what a domain is over, `int8`. */
  readonly base?: string
}
