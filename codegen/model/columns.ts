import type { TableSchema } from '../../src/schema/table.js'
import type { CatalogColumn, CatalogTable } from '../introspect/catalog.js'
import { qualifiedName, type Qualified } from '../../src/schema/qualified-name.js'
import type { ColumnModel } from './database-model.js'
import type { Refined } from './refined.js'
import type { Relation } from './relations/build-relations.js'

/** A table's columns under their properties. */
export function columnModels(
  table: CatalogTable,
  properties: ReadonlyMap<string, string>,
  refinedOf: (column: CatalogColumn) => Refined | undefined,
): ColumnModel[] {
  return table.columns.map((column) => ({
    column,
    property: properties.get(column.name) ?? column.name,
    refined: refinedOf(column),
    readOnly: column.identity === 'always' || column.generated !== undefined,
    optional: isOptional(column),
  }))
}

/** Whether an insert may leave it out. */
export function isOptional({ nullable, hasDefault, identity, generated }: CatalogColumn): boolean {
  return nullable || hasDefault || identity !== undefined || generated !== undefined
}

/** Whether it takes inserts and updates. */
export function isWritable({ kind }: Pick<CatalogTable, 'kind'>): boolean {
  return kind !== 'view' && kind !== 'materialized view'
}

/**
 * The table as the engine reads it.
 *
 * @param properties - those of every table, by the table's qualified name and then by the column's name.
 */
export function tableSchema(
  table: CatalogTable,
  columns: readonly ColumnModel[],
  properties: ReadonlyMap<string, ReadonlyMap<string, string>>,
  relations: readonly Relation[],
): TableSchema {
  const rename = (of: Qualified, names: readonly string[]) =>
    names.map((name) => properties.get(qualifiedName(of))?.get(name) ?? name)
  return {
    schema: table.schema,
    name: table.name,
    kind: table.kind,
    columns: columns.map(({ column, property, optional }) => {
      const generated = column.generated ?? (column.identity === 'always' ? 'identity' : undefined)
      const { name, type, nullable } = column
      return { property, name, type, nullable, optional, ...(generated === undefined ? {} : { generated }) }
    }),
    primaryKey: rename(table, table.primaryKey),
    uniqueKeys: table.uniqueKeys.map((names) => rename(table, names)),
    uniqueIndexes: (table.uniqueIndexes ?? []).map(({ keys, ...index }) => ({
      ...index,
      keys: keys.map((key) => (typeof key === 'string' ? (rename(table, [key])[0] ?? key) : key)),
    })),
    // The engine explains constraints by these.
    foreignKeys: table.foreignKeys
      .filter(({ declared }) => declared === undefined)
      .map(({ name, columns, references: { schema, table: target, columns: of } }) => ({
        name,
        columns: rename(table, columns),
        references: { schema, table: target, columns: rename({ schema, name: target }, of) },
      })),
    relations: relations.map(({ schema }) => schema),
  }
}
