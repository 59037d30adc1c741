import type { TableSchema } from '../../../src/schema/table.js'

/** The table with the keys that the server makes for itself (GENERATED ALWAYS AS IDENTITY) to be written as they are given. */
export function forExchange(table: TableSchema): TableSchema {
  return {
    ...table,
    columns: table.columns.map(({ generated, ...column }) =>
      generated === 'identity'
        ? { ...column, optional: true, overrides: true }
        : { ...column, ...(generated !== undefined && { generated }) },
    ),
  }
}
