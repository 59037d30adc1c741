import type { TableSchema, TypeSchema } from '../../src/index.js'

/**
 * A table as data, as the generator would write it.
 *
 * @param columns types by property; the name is the property in snake case, and a type that ends with `?` nullable.
 * @param more what differs from a table of the schema `public` without keys.
 */
export function tableSchema(
  name: string,
  columns: Readonly<Record<string, TypeSchema>>,
  more: Partial<TableSchema> = {},
): TableSchema {
  return {
    schema: 'public',
    name,
    kind: 'table',
    columns: Object.entries(columns).map(([property, type]) => {
      const nullable = typeof type === 'string' && type.endsWith('?')
      return {
        property,
        name: property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
        type: nullable ? type.slice(0, -1) : type,
        nullable,
        optional: nullable,
      }
    }),
    primaryKey: [],
    uniqueKeys: [],
    foreignKeys: [],
    ...more,
  }
}
