import type { ColumnSchema } from '../schema/table.js'
import { serverType, type TypeSchema } from '../schema/type.js'
import { readAs, readingOf } from '../types/base-types.js'
import { codecFor } from '../types/codec-for.js'

/** A type whose values are read without loss: not as what a column may be converted to. */
export function exactType(type: TypeSchema): TypeSchema {
  const server = serverType(type)
  if (typeof server !== 'string') return type
  return readingOf(server).row === 'Date' ? readAs(server, 'string') : server
}

/** A value as the server is sent it; bytes as PostgreSQL prints them. */
export function textOf({ type }: ColumnSchema, value: unknown): string | null {
  if (value === null || value === undefined) return null
  const encoded = codecFor(exactType(type)).encode(value)
  return typeof encoded === 'string' ? encoded : `\\x${encoded.toString('hex')}`
}

/** Whether a text can be what {@link textOf} gave for a value of the column. */
export function isValueOf(column: ColumnSchema, text: unknown): text is string | null {
  if (text === null) return column.nullable
  if (typeof text !== 'string') return false
  try {
    return textOf(column, codecFor(exactType(column.type)).decodeText(text)) === text
  } catch {
    return false
  }
}
