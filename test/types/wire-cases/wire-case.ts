import type { RangeTypeSchema, TypeSchema } from '../../../src/schema/type.js'

/** A type, the SQL that names it, and values to put through it as SQL literals. */
export interface WireCase {
  readonly sql: string
  readonly type: TypeSchema
  readonly values: readonly string[]
  /** How PostgreSQL's text relates to the value, under ISO styles; by default they are the same string. */
  readonly print?: (value: never) => string
}

/** Strings as SQL literals. */
export const quoted = (values: readonly string[]) => values.map((value) => `'${value.replaceAll("'", "''")}'`)

/** The array type over `element`. */
export const array = (element: TypeSchema): TypeSchema => ({ kind: 'array', element })

/** A range type of PostgreSQL's own. */
export const range = (name: string, subtype: TypeSchema): RangeTypeSchema => ({
  kind: 'range',
  schema: 'pg_catalog',
  name,
  subtype,
})
