import type { Qualified } from '../../src/schema/qualified-name.js'
import type { CatalogTable } from '../introspect/catalog.js'

/** A table without some of its columns, and without the keys that they, or such of other tables, are part of. */
export function withoutColumns(
  table: CatalogTable,
  isLeft: (of: Qualified, column: string) => boolean,
): CatalogTable {
  const areLeft = (columns: readonly string[]) => columns.every((column) => isLeft(table, column))
  const { uniqueIndexes } = table
  return {
    ...table,
    columns: table.columns.filter(({ name }) => isLeft(table, name)),
    primaryKey: areLeft(table.primaryKey) ? table.primaryKey : [],
    uniqueKeys: table.uniqueKeys.filter(areLeft),
    ...(uniqueIndexes && {
      uniqueIndexes: uniqueIndexes.filter(({ keys }) =>
        areLeft(keys.filter((key) => typeof key === 'string')),
      ),
    }),
    foreignKeys: table.foreignKeys.filter(
      ({ columns, references: { schema, table: name, columns: referred } }) =>
        areLeft(columns) && referred.every((column) => isLeft({ schema, name }, column)),
    ),
  }
}
