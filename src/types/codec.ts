/**
 * How the values of one PostgreSQL type cross the wire: the only place where bytes become values and back.
 *
 * A codec is pure and independent of every session setting (DateStyle, IntervalStyle, TimeZone, bytea_output,
 * extra_float_digits) and of the process's time zone.
 */
export interface Codec<T = unknown> {
  /** The type's name, for error messages: `int4`, `public.order_status[]`. */
  readonly name: string

  /** For a domain, the name of the type that it is over: the server describes columns by that. */
  readonly base?: string

  /**
   * Reads PostgreSQL's text output.
   *
   * @throws {@link DecodeError} for text it cannot represent or does not recognise; it never guesses.
   */
  readonly decodeText: (text: string) => T

  /**
   * Reads PostgreSQL's binary output from `bytes[start, end)`. Absent where a type has no binary decoder:
   * such columns are asked for as text. Never keeps a reference to `bytes`.
   *
   * @throws {@link DecodeError} as `decodeText` does.
   */
  readonly decodeBinary?: (bytes: Buffer, start: number, end: number) => T

  /**
   * Writes a value as a parameter: text in PostgreSQL's input syntax, or a Buffer sent in binary format
   * (bytea only). Never called with null or undefined.
   *
   * @throws {@link EncodeError} for a value that the type cannot hold.
   */
  readonly encode: (value: T) => string | Buffer
}
